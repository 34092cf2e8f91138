-- Home units of accounts. Primary key. $1 tenant, $2 user ids.
SELECT user_id, unit_path
FROM account
WHERE tenant = $1::text AND user_id = ANY ($2::uuid[])

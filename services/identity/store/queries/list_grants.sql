-- Grants of accounts, in a fixed order. Primary key. $1 tenant, $2 user ids.
SELECT user_id, role, unit_path
FROM account_grant
WHERE tenant = $1::text AND user_id = ANY ($2::uuid[])
ORDER BY user_id, unit_path, role

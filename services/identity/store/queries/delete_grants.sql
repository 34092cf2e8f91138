-- Takes all grants of an account away. Primary key. $1 tenant, $2 user id.
DELETE FROM account_grant WHERE tenant = $1::text AND user_id = $2::uuid

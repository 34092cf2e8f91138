-- The account of a user name. Unique index on (tenant, username). $1 tenant, $2 user name.
SELECT user_id, username, display_name, unit_path, password_hash, disabled, must_change_password, last_issued_ms, revoked_until_ms
FROM account
WHERE tenant = $1::text AND username = $2::text

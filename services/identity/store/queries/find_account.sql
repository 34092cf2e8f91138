-- An account. Primary key. $1 tenant, $2 user id.
SELECT user_id, username, display_name, unit_path, password_hash, disabled, must_change_password, last_issued_ms, revoked_until_ms
FROM account
WHERE tenant = $1::text AND user_id = $2::uuid

-- Accounts whose tokens may be alive, locked in the order of their ids. Index account_by_unit. $1 tenant, $2 issued after (Unix ms).
SELECT user_id, username, display_name, unit_path, password_hash, disabled, must_change_password, last_issued_ms, revoked_until_ms
FROM account
WHERE tenant = $1::text AND last_issued_ms > $2::bigint
ORDER BY user_id
FOR UPDATE

-- Accounts that hold a role, locked in the order of their ids. Index account_grant_by_role. $1 tenant, $2 role.
SELECT user_id, username, display_name, unit_path, password_hash, disabled, must_change_password, last_issued_ms, revoked_until_ms
FROM account
WHERE tenant = $1::text
  AND user_id IN (SELECT g.user_id FROM account_grant AS g WHERE g.tenant = $1::text AND g.role = $2::text)
ORDER BY user_id
FOR UPDATE

-- A page of accounts whose home is within any of the scopes and at or below a path, by user name. Unique index (tenant, username).
-- $1 tenant, $2 scopes, $3 path ("/": all), $4 after this name, $5 rows at most.
SELECT user_id, username, display_name, unit_path, password_hash, disabled, must_change_password, last_issued_ms, revoked_until_ms
FROM account
WHERE tenant = $1::text
  AND username > $4::text
  AND starts_with(unit_path, $3::text)
  AND EXISTS (SELECT FROM unnest($2::text[]) AS scope (path) WHERE starts_with(account.unit_path, scope.path))
ORDER BY username
LIMIT $5::bigint

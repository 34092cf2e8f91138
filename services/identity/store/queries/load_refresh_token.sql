-- A refresh token with its session and successor. The caller holds the account's row lock, which all writers of these rows take
-- first. Primary keys; index refresh_token_one_successor. $1 tenant, $2 hash of the token.
SELECT t.session_id, t.expires_at, t.spent_at, t.discarded_at IS NOT NULL AS discarded,
  s.expires_at AS session_expires_at, s.revoked_at IS NOT NULL AS session_revoked,
  EXISTS (
    SELECT FROM refresh_token AS n
    WHERE n.tenant = t.tenant AND n.predecessor_hash = t.token_hash AND n.spent_at IS NOT NULL
  ) AS successor_spent
FROM refresh_token AS t
JOIN session AS s ON s.tenant = t.tenant AND s.session_id = t.session_id
WHERE t.tenant = $1::text AND t.token_hash = $2::bytea

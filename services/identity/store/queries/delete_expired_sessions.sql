-- Forgets sessions, with their refresh tokens, that ended before a time; a bounded number, the rest next time.
-- Index session_by_expiry. $1 tenant, $2 before, $3 rows at most.
DELETE FROM session
WHERE tenant = $1::text
  AND session_id IN (
    SELECT session_id FROM session
    WHERE tenant = $1::text AND expires_at < $2::timestamptz
    ORDER BY expires_at
    LIMIT $3::bigint
  )

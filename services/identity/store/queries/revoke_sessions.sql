-- Ends the live sessions of a user, in all or but one, or one alone; gives those that ended. Row locks. Index session_by_user.
-- $1 tenant, $2 user id, $3 only this session or NULL, $4 all but this session or NULL, $5 now, $6 reason.
UPDATE session
SET revoked_at = $5::timestamptz, revoked_because = $6::text
WHERE tenant = $1::text
  AND user_id = $2::uuid
  AND expires_at > $5::timestamptz
  AND revoked_at IS NULL
  AND ($3::uuid IS NULL OR session_id = $3::uuid)
  AND ($4::uuid IS NULL OR session_id <> $4::uuid)
RETURNING session_id

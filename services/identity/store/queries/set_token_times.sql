-- Notes the newest issue time and the revoked time; neither goes back. Row lock. Primary key.
-- $1 tenant, $2 user id, $3 last issued, $4 revoked until (Unix ms).
UPDATE account
SET last_issued_ms = greatest(last_issued_ms, $3::bigint), revoked_until_ms = greatest(revoked_until_ms, $4::bigint)
WHERE tenant = $1::text AND user_id = $2::uuid

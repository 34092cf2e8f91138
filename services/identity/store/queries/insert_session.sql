-- Adds a session. $1 tenant, $2 session id, $3 user id, $4 now, $5 expiry.
INSERT INTO session (tenant, session_id, user_id, created_at, used_at, expires_at)
VALUES ($1::text, $2::uuid, $3::uuid, $4::timestamptz, $4::timestamptz, $5::timestamptz)

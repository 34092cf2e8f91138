-- Adds a refresh token. $1 tenant, $2 hash, $3 session id, $4 hash of its predecessor or NULL, $5 now, $6 expiry.
INSERT INTO refresh_token (tenant, token_hash, session_id, predecessor_hash, created_at, expires_at)
VALUES ($1::text, $2::bytea, $3::uuid, $4::bytea, $5::timestamptz, $6::timestamptz)

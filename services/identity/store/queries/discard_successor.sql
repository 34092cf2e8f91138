-- Discards the unused successor of a refresh token. Row lock. Index refresh_token_one_successor. $1 tenant, $2 hash, $3 now.
UPDATE refresh_token
SET discarded_at = $3::timestamptz
WHERE tenant = $1::text AND predecessor_hash = $2::bytea AND spent_at IS NULL AND discarded_at IS NULL

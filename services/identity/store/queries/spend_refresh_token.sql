-- Marks a refresh token as used; one row if it was unused. Row lock. Primary key. $1 tenant, $2 hash, $3 now.
UPDATE refresh_token
SET spent_at = $3::timestamptz
WHERE tenant = $1::text AND token_hash = $2::bytea AND spent_at IS NULL AND discarded_at IS NULL

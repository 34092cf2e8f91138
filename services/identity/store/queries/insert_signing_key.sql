-- Publishes a signing key. $1 kid, $2 x, $3 y, $4 private part sealed, $5 now, $6 signs from.
INSERT INTO signing_key (kid, x, y, private_sealed, created_at, signs_from)
VALUES ($1::text, $2::text, $3::text, $4::bytea, $5::timestamptz, $6::timestamptz)

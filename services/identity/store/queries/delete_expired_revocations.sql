-- Forgets revocations of tokens that have expired by themselves. Primary key. $1 tenant, $2 now.
DELETE FROM revocation WHERE tenant = $1::text AND expires_at < $2::timestamptz

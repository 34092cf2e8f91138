-- Remembers that the tenant is there. Primary key.
-- $1 tenant, $2 now
INSERT INTO known_tenant (tenant, known_at) VALUES ($1, $2::timestamptz)
ON CONFLICT (tenant) DO NOTHING

-- Makes the tenant's clock, if it has none. Primary key.
-- $1 tenant
INSERT INTO business_clock (tenant) VALUES ($1)
ON CONFLICT (tenant) DO NOTHING

-- Makes a profile if it is new; its limits follow. Row lock.
-- $1 tenant, $2 name
INSERT INTO tolerance_profile (tenant, name) VALUES ($1, $2)
ON CONFLICT (tenant, name) DO UPDATE SET name = excluded.name

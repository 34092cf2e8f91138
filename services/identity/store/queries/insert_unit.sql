-- Adds a unit; changes nothing if the path is taken. $1 tenant, $2 path, $3 parent path or NULL, $4 code, $5 name, $6 kind, $7 now.
INSERT INTO unit (tenant, path, parent_path, code, name, kind, created_at)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::smallint, $7::timestamptz)
ON CONFLICT (tenant, path) DO NOTHING

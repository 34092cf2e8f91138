-- Adds a tenant; changes nothing if the slug is taken. $1 tenant, $2 name, $3 root path, $4 now.
INSERT INTO tenant (tenant, display_name, root_path, created_at)
VALUES ($1::text, $2::text, $3::text, $4::timestamptz)
ON CONFLICT (tenant) DO NOTHING

-- Remembers a warning that met no alert and raised none. Primary key.
-- $1 tenant, $2 warning id, $3 now
INSERT INTO warning_passed (tenant, warning_id, passed_at) VALUES ($1, $2::uuid, $3::timestamptz)

-- Defines or changes a role. Row lock. Primary key. $1 tenant, $2 name, $3 description, $4 intents, $5 now.
INSERT INTO role (tenant, name, description, intents, updated_at)
VALUES ($1::text, $2::text, $3::text, $4::text[], $5::timestamptz)
ON CONFLICT (tenant, name) DO UPDATE
SET description = excluded.description, intents = excluded.intents, updated_at = excluded.updated_at

-- Takes the next positions of the tenant's log of changes. Locks its head until commit, so positions become visible in order and
-- without gaps; take it last. Primary key.
-- $1 tenant, $2 how many
INSERT INTO alert_feed AS f (tenant, last_position) VALUES ($1, $2::bigint)
ON CONFLICT (tenant) DO UPDATE SET last_position = f.last_position + excluded.last_position
RETURNING f.last_position

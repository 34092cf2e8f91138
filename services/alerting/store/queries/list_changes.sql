-- Changes after a position, oldest first. Locks nothing; primary key.
-- $1 tenant, $2 position, $3 limit
SELECT c.position, c.unit_path, c.project_id, c.from_state, c.alert
FROM alert_change AS c
WHERE c.tenant = $1 AND c.position > $2::bigint
ORDER BY c.position
LIMIT $3::int

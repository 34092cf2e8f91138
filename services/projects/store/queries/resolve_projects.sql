-- Units of projects, for the access check. Locks nothing; primary keys.
-- $1 tenant, $2 ids
SELECT project_id AS id, unit_path FROM project WHERE tenant = $1 AND project_id = ANY ($2::uuid[])

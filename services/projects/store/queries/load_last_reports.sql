-- The last report of each project; the projects are locked. Primary key.
-- $1 tenant, $2 project ids
SELECT project_id, reported_on, digest FROM last_report WHERE tenant = $1 AND project_id = ANY ($2::uuid[])

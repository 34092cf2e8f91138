-- Removes the work items of projects that are replaced as a whole; the projects are locked. Primary key.
-- $1 tenant, $2 project ids
DELETE FROM work_item WHERE tenant = $1 AND project_id = ANY ($2::uuid[])

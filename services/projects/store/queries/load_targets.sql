-- Targets of projects, in their order. Locks nothing; primary key.
-- $1 tenant, $2 project ids
SELECT project_id, ordinal, name, unit, value_milli
FROM project_target
WHERE tenant = $1 AND project_id = ANY ($2::uuid[])
ORDER BY project_id, ordinal

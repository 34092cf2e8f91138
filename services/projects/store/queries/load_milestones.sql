-- Milestones of projects, in their order. Locks nothing; primary key.
-- $1 tenant, $2 project ids
SELECT project_id, ordinal, milestone_id, name, due_date, critical, met_on
FROM milestone
WHERE tenant = $1 AND project_id = ANY ($2::uuid[])
ORDER BY project_id, ordinal

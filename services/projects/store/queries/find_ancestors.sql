-- Parents of projects, their parents and so on, up to the roots; a cycle ends where it began. Locks nothing; primary key.
-- $1 tenant, $2 project ids
WITH RECURSIVE ancestor (project_id, parent_project_id) AS (
  SELECT project_id, parent_project_id FROM project WHERE tenant = $1 AND project_id = ANY ($2::uuid[])
  UNION
  SELECT p.project_id, p.parent_project_id
  FROM ancestor AS a
  JOIN project AS p ON p.tenant = $1 AND p.project_id = a.parent_project_id
)
SELECT project_id FROM ancestor

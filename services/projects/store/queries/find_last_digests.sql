-- The last report of each project; the projects are locked. import_item_by_project.
-- $1 tenant, $2 project ids
SELECT p.project_id, i.digest
FROM unnest($2::uuid[]) AS p (project_id)
CROSS JOIN LATERAL (
  SELECT digest FROM import_item
  WHERE tenant = $1 AND import_item.project_id = p.project_id
  ORDER BY recorded_at DESC, request_id DESC
  LIMIT 1
) AS i

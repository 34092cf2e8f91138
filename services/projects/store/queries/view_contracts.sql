-- What the contracts of a project say: 5 EFFECTIVE, 3..9 open, 8..10 settled. The project is locked. contract_by_project.
-- $1 tenant, $2 project
SELECT count(*) FILTER (WHERE state = 5) AS effective,
  count(*) FILTER (WHERE state BETWEEN 3 AND 9) AS open,
  coalesce(sum(settlement_minor) FILTER (WHERE state BETWEEN 8 AND 10), 0)::bigint AS settled_minor
FROM contract
WHERE tenant = $1 AND project_id = $2::uuid

-- Projects by id for a change. Row locks in the order of ids, so that two batches wait for each other instead of deadlocking; primary key.
-- $1 tenant, $2 project ids
SELECT project_id, code, name, unit_path, sector, parent_project_id, currency, approved_investment_minor, planned_start, planned_end,
  state, version, physical_bp, observed, key_project, source_ref, declared_by, baseline_frozen
FROM project
WHERE tenant = $1 AND project_id = ANY ($2::uuid[])
ORDER BY project_id
FOR UPDATE

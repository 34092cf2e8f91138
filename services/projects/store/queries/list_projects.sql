-- A page of projects in scope, by id. Locks nothing; primary key, or project_by_parent and project_live_code where asked for.
-- $1 tenant, $2 scopes, $3 under path or empty, $4 state or 0, $5 parent or NULL, $6 code or empty, $7 last id or NULL, $8 limit
SELECT project_id, code, name, unit_path, sector, parent_project_id, currency, approved_investment_minor, planned_start, planned_end,
  state, version, physical_bp, observed, key_project, source_ref, declared_by, baseline_frozen
FROM project
WHERE tenant = $1
  AND EXISTS (SELECT FROM unnest($2::text[]) AS scope (path) WHERE starts_with(unit_path, scope.path))
  AND starts_with(unit_path, $3)
  AND ($4::smallint = 0 OR state = $4::smallint)
  AND ($5::uuid IS NULL OR parent_project_id = $5::uuid)
  AND ($6 = '' OR code = $6)
  AND ($7::uuid IS NULL OR project_id > $7::uuid)
ORDER BY project_id
LIMIT $8::int

-- A page of contracts in scope, by id. Locks nothing; primary key, or contract_by_project where asked for.
-- $1 tenant, $2 scopes, $3 under path or empty, $4 project or NULL, $5 last id or NULL, $6 limit
SELECT contract_id, contract_no, project_id, unit_path, line_id, supplier_name, supplier_code, currency, original_value_minor,
  current_value_minor, advance_minor, retention_bp, signed_on, planned_end, state, version, certified_minor, settlement_minor, drafted_by, tendered_works
FROM contract
WHERE tenant = $1
  AND EXISTS (SELECT FROM unnest($2::text[]) AS scope (path) WHERE starts_with(unit_path, scope.path))
  AND starts_with(unit_path, $3)
  AND ($4::uuid IS NULL OR project_id = $4::uuid)
  AND ($5::uuid IS NULL OR contract_id > $5::uuid)
ORDER BY contract_id
LIMIT $6::int

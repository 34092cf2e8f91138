-- Contracts by id for a change; their project is locked before. Row locks in the order of ids; primary key.
-- $1 tenant, $2 contract ids
SELECT contract_id, contract_no, project_id, unit_path, line_id, supplier_name, supplier_code, currency, original_value_minor,
  current_value_minor, advance_minor, retention_bp, signed_on, planned_end, state, version, certified_minor, settlement_minor, drafted_by, tendered_works
FROM contract
WHERE tenant = $1 AND contract_id = ANY ($2::uuid[])
ORDER BY contract_id
FOR UPDATE

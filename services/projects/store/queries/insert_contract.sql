-- A new contract. One that exists, by id or number, is passed over: the caller retries and finds it. Primary key, contract_no_once.
-- $1 tenant, $2 contract_id, $3 contract_no, $4 project_id, $5 unit_path, $6 line_id, $7 supplier_name, $8 supplier_code, $9 currency, $10 original_value_minor, $11 current_value_minor, $12 advance_minor, $13 retention_bp, $14 signed_on, $15 planned_end, $16 state, $17 version, $18 certified_minor, $19 settlement_minor, $20 drafted_by
INSERT INTO contract (tenant, contract_id, contract_no, project_id, unit_path, line_id, supplier_name, supplier_code, currency, original_value_minor, current_value_minor, advance_minor, retention_bp, signed_on, planned_end, state, version, certified_minor, settlement_minor, drafted_by)
VALUES ($1, $2::uuid, $3, $4::uuid, $5, $6::uuid, $7, $8, $9, $10::bigint, $11::bigint, $12::bigint, $13::integer, $14::date, $15::date, $16::smallint, $17::bigint, $18::bigint, $19::bigint, $20)
ON CONFLICT DO NOTHING

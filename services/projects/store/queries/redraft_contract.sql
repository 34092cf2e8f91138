-- Changes a draft that the transaction has locked, to its next version. A number that somebody took fails with 23505. Primary key.
-- $1 tenant, $2 contract_id, $3 contract_no, $4 line_id, $5 supplier_name, $6 supplier_code, $7 original value, $8 advance, $9 retention_bp, $10 signed_on, $11 planned_end, $12 drafted_by, $13 tendered works, $14 version
UPDATE contract
SET contract_no = $3, line_id = $4::uuid, supplier_name = $5, supplier_code = $6, original_value_minor = $7::bigint,
  current_value_minor = $7::bigint, advance_minor = $8::bigint, retention_bp = $9::integer, signed_on = $10::date, planned_end = $11::date,
  drafted_by = $12, tendered_works = $13::boolean, version = $14::bigint
WHERE tenant = $1 AND contract_id = $2::uuid AND state = 1 AND version = $14::bigint - 1

-- Changes a contract that the transaction has locked, to its next version. Primary key.
-- $1 tenant, $2 contract, $3 current value, $4 signed on or NULL, $5 state, $6 version, $7 settlement, $8 planned end or NULL
UPDATE contract
SET current_value_minor = $3::bigint, signed_on = $4::date, state = $5::smallint, version = $6::bigint, settlement_minor = $7::bigint,
  planned_end = $8::date
WHERE tenant = $1 AND contract_id = $2::uuid AND version = $6::bigint - 1

-- A step with the ledger begins; the contract is locked. Primary key: at most one per contract.
-- $1 tenant, $2 contract_id, $3 step_id, $4 command, $5 modification_id, $6 order_kind, $7 order_minor, $8 effective_date, $9 settlement_minor, $10 reason, $11 request_id, $12 request_digest, $13 method, $14 intent, $15 subject, $16 on_behalf_of, $17 traceparent, $18 started_at
INSERT INTO contract_step (tenant, contract_id, step_id, command, modification_id, order_kind, order_minor, effective_date, settlement_minor, reason, request_id, request_digest, method, intent, subject, on_behalf_of, traceparent, started_at)
VALUES ($1, $2::uuid, $3::uuid, $4::smallint, $5::uuid, $6::smallint, $7::bigint, $8::date, $9::bigint, $10, $11::uuid, $12::bytea, $13, $14, $15, $16, $17, $18::timestamptz)

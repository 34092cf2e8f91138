-- The step that a contract is taking with the ledger, if any. Locks nothing (writers lock the contract); primary key.
-- $1 tenant, $2 contract
SELECT contract_id, step_id, command, modification_id, order_kind, order_minor, effective_date, settlement_minor, reason, request_id, request_digest, method, intent, subject, on_behalf_of, traceparent, started_at
FROM contract_step
WHERE tenant = $1 AND contract_id = $2::uuid

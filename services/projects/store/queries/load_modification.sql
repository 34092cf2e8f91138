-- A modification by id. Locks nothing (writers lock the contract); primary key.
-- $1 tenant, $2 modification
SELECT modification_id, contract_id, delta_minor, reason, drafted_by, effective, new_end, rejected, approved_by, decision_reason
FROM modification
WHERE tenant = $1 AND modification_id = $2::uuid

-- A page of a contract's modifications, by id. Locks nothing; modification_by_contract.
-- $1 tenant, $2 contract, $3 last id or NULL, $4 limit
SELECT modification_id, contract_id, delta_minor, reason, drafted_by, effective, new_end, rejected, approved_by, decision_reason
FROM modification
WHERE tenant = $1 AND contract_id = $2::uuid AND ($3::uuid IS NULL OR modification_id > $3::uuid)
ORDER BY modification_id
LIMIT $4::int

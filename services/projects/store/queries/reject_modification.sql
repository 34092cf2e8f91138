-- A modification is rejected, once; the contract is locked. Primary key.
-- $1 tenant, $2 modification, $3 rejected by, $4 reason
UPDATE modification SET rejected = true, approved_by = $3, decision_reason = $4
WHERE tenant = $1 AND modification_id = $2::uuid AND NOT effective AND NOT rejected

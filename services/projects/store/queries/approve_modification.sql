-- A modification becomes effective, once; the contract is locked. Primary key.
-- $1 tenant, $2 modification, $3 approved by
UPDATE modification SET effective = true, approved_by = $3
WHERE tenant = $1 AND modification_id = $2::uuid AND NOT effective AND NOT rejected

-- A step has its outcome; the contract is locked. Primary key.
-- $1 tenant, $2 contract, $3 step
DELETE FROM contract_step WHERE tenant = $1 AND contract_id = $2::uuid AND step_id = $3::uuid

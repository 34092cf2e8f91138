-- The contract that has a number. Locks nothing; contract_no_once.
-- $1 tenant, $2 number
SELECT contract_id FROM contract WHERE tenant = $1 AND contract_no = $2

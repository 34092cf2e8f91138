-- Removes the payees of a contract, which are replaced as a whole; the contract is locked. Primary key.
-- $1 tenant, $2 contract
DELETE FROM contract_payee WHERE tenant = $1 AND contract_id = $2::uuid

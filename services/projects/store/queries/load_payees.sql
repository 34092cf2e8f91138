-- Payees of contracts, in their order. Locks nothing; primary key.
-- $1 tenant, $2 contract ids
SELECT contract_id, name, account_no, bank_code
FROM contract_payee
WHERE tenant = $1 AND contract_id = ANY ($2::uuid[])
ORDER BY contract_id, ordinal

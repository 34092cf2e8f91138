-- Payees of modifications, in their order. Locks nothing; primary key.
-- $1 tenant, $2 modification ids
SELECT modification_id, name, account_no, bank_code
FROM modification_payee
WHERE tenant = $1 AND modification_id = ANY ($2::uuid[])
ORDER BY modification_id, ordinal

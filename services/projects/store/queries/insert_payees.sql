-- Payees of a new contract.
-- $1 tenant, $2 contract, arrays: $3 names, $4 account numbers, $5 bank codes
INSERT INTO contract_payee (tenant, contract_id, ordinal, name, account_no, bank_code)
SELECT $1, $2::uuid, p.ordinal, p.name, p.account_no, p.bank_code
FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS p (name, account_no, bank_code, ordinal)

-- Payees of a new modification.
-- $1 tenant, $2 modification, arrays: $3 names, $4 account numbers, $5 bank codes
INSERT INTO modification_payee (tenant, modification_id, ordinal, name, account_no, bank_code)
SELECT $1, $2::uuid, p.ordinal, p.name, p.account_no, p.bank_code
FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS p (name, account_no, bank_code, ordinal)

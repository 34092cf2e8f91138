-- Contracts among these whose modification the ledger is carrying out. Locks nothing (their project is locked); primary key.
-- $1 tenant, $2 contract ids
SELECT contract_id FROM contract_step WHERE tenant = $1 AND contract_id = ANY ($2::uuid[]) AND command = 0

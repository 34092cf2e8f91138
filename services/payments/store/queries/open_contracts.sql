-- Makes the usage rows of contracts ($1 uuid[]) that are paid under for the first time, in id order; primary key.
INSERT INTO contract_usage (tenant, contract_id, live_minor, advance_minor)
SELECT current_setting('fiscus.tenant'), contract_id, 0, 0
FROM unnest($1::uuid[]) AS fresh (contract_id)
ORDER BY contract_id
ON CONFLICT (tenant, contract_id) DO NOTHING

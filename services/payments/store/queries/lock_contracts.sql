-- Usage of contracts ($1 uuid[]), row locks in id order until commit; primary key.
SELECT contract_id, live_minor, advance_minor
FROM contract_usage
WHERE tenant = current_setting('fiscus.tenant') AND contract_id = ANY ($1::uuid[])
ORDER BY contract_id
FOR NO KEY UPDATE

-- Sets encumbrances; the lines are locked, so no other transaction writes these rows. Primary key. -- hot
-- $1 tenant, arrays: $2 line ids, $3 contract ids, $4 open amounts, $5 1 where the contract is over
INSERT INTO encumbrance (tenant, line_id, contract_id, open_minor, contract_over)
SELECT $1, n.line_id, n.contract_id, n.open_minor, n.contract_over = 1
FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) AS n (line_id, contract_id, open_minor, contract_over)
ON CONFLICT (tenant, line_id, contract_id) DO UPDATE SET open_minor = excluded.open_minor, contract_over = excluded.contract_over

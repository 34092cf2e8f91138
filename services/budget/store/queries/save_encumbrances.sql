-- Sets open encumbrances; the lines are locked, so no other transaction writes these rows. Primary key. -- hot
-- $1 tenant, arrays: $2 line ids, $3 contract ids, $4 open amounts
INSERT INTO encumbrance (tenant, line_id, contract_id, open_minor)
SELECT $1, n.line_id, n.contract_id, n.open_minor
FROM unnest($2::uuid[], $3::text[], $4::bigint[]) AS n (line_id, contract_id, open_minor)
ON CONFLICT (tenant, line_id, contract_id) DO UPDATE SET open_minor = excluded.open_minor

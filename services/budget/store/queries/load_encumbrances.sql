-- Open encumbrances of (line, contract) pairs. Locks nothing: the lines are locked. Primary key. -- hot
-- $1 tenant, $2 line ids, $3 contract ids
SELECT e.line_id, e.contract_id, e.open_minor
FROM unnest($2::uuid[], $3::text[]) AS wanted (line_id, contract_id)
JOIN encumbrance AS e ON e.tenant = $1 AND e.line_id = wanted.line_id AND e.contract_id = wanted.contract_id

-- Encumbrances of (line, contract) pairs. Locks nothing: the lines are locked. Primary key, once per pair; OFFSET 0 as in
-- load_reservations.sql. -- hot
-- $1 tenant, $2 line ids, $3 contract ids
SELECT e.line_id, e.contract_id, e.open_minor, e.contract_over
FROM unnest($2::uuid[], $3::text[]) AS wanted (line_id, contract_id)
CROSS JOIN LATERAL (
  SELECT line_id, contract_id, open_minor, contract_over
  FROM encumbrance
  WHERE tenant = $1 AND line_id = wanted.line_id AND contract_id = wanted.contract_id
  OFFSET 0) AS e

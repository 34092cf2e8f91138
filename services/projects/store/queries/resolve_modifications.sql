-- Units of modifications, for the access check. Locks nothing; primary keys.
-- $1 tenant, $2 ids
SELECT m.modification_id AS id, c.unit_path
FROM modification AS m
JOIN contract AS c USING (tenant, contract_id)
WHERE m.tenant = $1 AND m.modification_id = ANY ($2::uuid[])

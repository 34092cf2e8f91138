-- Units of contracts, for the access check. Locks nothing; primary keys.
-- $1 tenant, $2 ids
SELECT contract_id AS id, unit_path FROM contract WHERE tenant = $1 AND contract_id = ANY ($2::uuid[])

-- Certified values of contracts whose project is locked. Primary key.
-- $1 tenant, $2 contract ids, $3 values
UPDATE contract
SET certified_minor = v.certified_minor
FROM unnest($2::uuid[], $3::bigint[]) AS v (contract_id, certified_minor)
WHERE contract.tenant = $1 AND contract.contract_id = v.contract_id

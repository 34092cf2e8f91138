-- A modification is drawn up; the contract is locked. One that exists is passed over: the caller counts. Primary key.
-- $1 tenant, $2 modification, $3 contract, $4 delta, $5 reason, $6 drafted by, $7 new end or NULL
INSERT INTO modification (tenant, modification_id, contract_id, delta_minor, reason, drafted_by, approved_by, effective, new_end)
VALUES ($1, $2::uuid, $3::uuid, $4::bigint, $5, $6, '', false, $7::date)
ON CONFLICT DO NOTHING

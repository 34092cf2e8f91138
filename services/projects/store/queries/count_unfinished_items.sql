-- Work items of a contract that are not wholly certified; the project is locked. work_item_by_contract.
-- $1 tenant, $2 contract
SELECT count(*) AS unfinished
FROM work_item
WHERE tenant = $1 AND contract_id = $2::uuid AND certified_milli < quantity_milli

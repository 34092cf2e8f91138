-- Work items of projects, in their order. Locks nothing; primary key.
-- $1 tenant, $2 project ids
SELECT project_id, ordinal, work_item_id, name, contract_id, value_minor, quantity_milli, quantity_unit, planned_start, planned_end, certified_milli
FROM work_item
WHERE tenant = $1 AND project_id = ANY ($2::uuid[])
ORDER BY project_id, ordinal

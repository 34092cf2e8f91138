-- Adds work items; the projects are locked.
-- $1 tenant, arrays: $2 project_id, $3 ordinal, $4 work_item_id, $5 name, $6 contract_id, $7 value_minor, $8 quantity_milli, $9 quantity_unit, $10 planned_start, $11 planned_end, $12 certified_milli
INSERT INTO work_item (tenant, project_id, ordinal, work_item_id, name, contract_id, value_minor, quantity_milli, quantity_unit, planned_start, planned_end, certified_milli)
SELECT $1, x.project_id, x.ordinal, x.work_item_id, x.name, x.contract_id, x.value_minor, x.quantity_milli, x.quantity_unit, x.planned_start, x.planned_end, x.certified_milli
FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::uuid[], $7::bigint[], $8::bigint[], $9::text[], $10::date[], $11::date[], $12::bigint[]) AS x (project_id, ordinal, work_item_id, name, contract_id, value_minor, quantity_milli, quantity_unit, planned_start, planned_end, certified_milli)

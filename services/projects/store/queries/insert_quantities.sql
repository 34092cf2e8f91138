-- Quantities of new measurements.
-- $1 tenant, arrays: $2 measurements, $3 ordinals, $4 work items, $5 quantities
INSERT INTO measured_quantity (tenant, measurement_id, ordinal, work_item_id, quantity_milli)
SELECT $1, q.measurement_id, q.ordinal, q.work_item_id, q.quantity_milli
FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::bigint[]) AS q (measurement_id, ordinal, work_item_id, quantity_milli)

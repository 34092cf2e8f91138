-- Quantities of measurements, in their order. Locks nothing; primary key.
-- $1 tenant, $2 measurements
SELECT measurement_id, work_item_id, quantity_milli
FROM measured_quantity
WHERE tenant = $1 AND measurement_id = ANY ($2::uuid[])
ORDER BY measurement_id, ordinal

-- Units of measurements, for the access check. Locks nothing; primary keys.
-- $1 tenant, $2 ids
SELECT m.measurement_id AS id, p.unit_path
FROM measurement AS m
JOIN project AS p USING (tenant, project_id)
WHERE m.tenant = $1 AND m.measurement_id = ANY ($2::uuid[])

-- A measurement by id. Locks nothing (who decides it locks the project); primary key.
-- $1 tenant, $2 measurement
SELECT measurement_id, project_id, measured_on, state, recorded_by, correction, reason
FROM measurement
WHERE tenant = $1 AND measurement_id = $2::uuid

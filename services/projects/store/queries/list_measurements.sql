-- A page of a project's measurements, newest first, with the number of their quantities. Locks nothing; measurement_by_project, primary key.
-- $1 tenant, $2 project, $3 last date or NULL, $4 last id or NULL, $5 limit
SELECT measurement_id, project_id, measured_on, state, recorded_by, correction, reason,
  (SELECT count(*) FROM measured_quantity AS q WHERE q.tenant = $1 AND q.measurement_id = measurement.measurement_id) AS quantities
FROM measurement
WHERE tenant = $1 AND project_id = $2::uuid
  AND ($3::date IS NULL OR (measured_on, measurement_id) < ($3::date, $4::uuid))
ORDER BY measured_on DESC, measurement_id DESC
LIMIT $5::int

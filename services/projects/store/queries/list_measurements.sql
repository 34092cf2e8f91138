-- A page of a project's measurements, newest first. Locks nothing; measurement_by_project.
-- $1 tenant, $2 project, $3 last date or NULL, $4 last id or NULL, $5 limit
SELECT measurement_id, project_id, measured_on, state, recorded_by, correction, reason
FROM measurement
WHERE tenant = $1 AND project_id = $2::uuid
  AND ($3::date IS NULL OR (measured_on, measurement_id) < ($3::date, $4::uuid))
ORDER BY measured_on DESC, measurement_id DESC
LIMIT $5::int

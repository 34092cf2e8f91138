-- Measurements, recorded or reported; the projects are locked. One that exists is passed over: the caller counts. Primary key.
-- $1 tenant, arrays: $2 ids, $3 projects, $4 dates, $5 states, $6 recorded by, $7 corrections, $8 reasons
INSERT INTO measurement (tenant, measurement_id, project_id, measured_on, state, recorded_by, decided_by, correction, reason)
SELECT $1, m.measurement_id, m.project_id, m.measured_on, m.state, m.recorded_by, '', m.correction, m.reason
FROM unnest($2::uuid[], $3::uuid[], $4::date[], $5::smallint[], $6::text[], $7::boolean[], $8::text[])
  AS m (measurement_id, project_id, measured_on, state, recorded_by, correction, reason)
ON CONFLICT DO NOTHING

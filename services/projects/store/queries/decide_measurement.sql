-- A recorded measurement (state 1) is certified or refused, once; the project is locked. Primary key.
-- $1 tenant, $2 measurement, $3 state, $4 decided by, $5 reason
UPDATE measurement SET state = $3::smallint, decided_by = $4, reason = $5
WHERE tenant = $1 AND measurement_id = $2::uuid AND state = 1

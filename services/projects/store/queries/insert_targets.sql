-- Adds targets; the projects are locked.
-- $1 tenant, arrays: $2 project_id, $3 ordinal, $4 name, $5 unit, $6 value_milli
INSERT INTO project_target (tenant, project_id, ordinal, name, unit, value_milli)
SELECT $1, x.project_id, x.ordinal, x.name, x.unit, x.value_milli
FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::bigint[]) AS x (project_id, ordinal, name, unit, value_milli)

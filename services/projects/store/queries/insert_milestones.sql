-- Adds milestones; the projects are locked.
-- $1 tenant, arrays: $2 project_id, $3 ordinal, $4 milestone_id, $5 name, $6 due_date, $7 critical, $8 met_on
INSERT INTO milestone (tenant, project_id, ordinal, milestone_id, name, due_date, critical, met_on)
SELECT $1, x.project_id, x.ordinal, x.milestone_id, x.name, x.due_date, x.critical, x.met_on
FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::date[], $7::boolean[], $8::date[]) AS x (project_id, ordinal, milestone_id, name, due_date, critical, met_on)

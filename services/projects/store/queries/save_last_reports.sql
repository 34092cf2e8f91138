-- The reports that are the last ones now; the projects are locked. Primary key.
-- $1 tenant, arrays: $2 projects, $3 dates, $4 digests
INSERT INTO last_report (tenant, project_id, reported_on, digest)
SELECT $1, r.project_id, r.reported_on, r.digest
FROM unnest($2::uuid[], $3::date[], $4::bytea[]) AS r (project_id, reported_on, digest)
ON CONFLICT (tenant, project_id) DO UPDATE SET reported_on = excluded.reported_on, digest = excluded.digest

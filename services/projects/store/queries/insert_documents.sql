-- Adds documents; the projects are locked.
-- $1 tenant, arrays: $2 project_id, $3 ordinal, $4 kind, $5 sha256, $6 title
INSERT INTO project_document (tenant, project_id, ordinal, kind, sha256, title)
SELECT $1, x.project_id, x.ordinal, x.kind, x.sha256, x.title
FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[]) AS x (project_id, ordinal, kind, sha256, title)

-- Adds documents; the projects are locked.
-- $1 tenant, arrays: $2 project_id, $3 ordinal, $4 kind, $5 sha256, $6 title, $7 reason, $8 brought_by
INSERT INTO project_document (tenant, project_id, ordinal, kind, sha256, title, reason, brought_by)
SELECT $1, x.project_id, x.ordinal, x.kind, x.sha256, x.title, x.reason, x.brought_by
FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) AS x (project_id, ordinal, kind, sha256, title, reason, brought_by)

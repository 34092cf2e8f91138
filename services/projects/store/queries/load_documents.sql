-- Documents of projects, in their order. Locks nothing; primary key.
-- $1 tenant, $2 project ids
SELECT project_id, ordinal, kind, sha256, title, reason, brought_by
FROM project_document
WHERE tenant = $1 AND project_id = ANY ($2::uuid[])
ORDER BY project_id, ordinal

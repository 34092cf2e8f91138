-- Reports taken before, by their request ids. Locks nothing; primary key.
-- $1 tenant, $2 request ids
SELECT request_id, project_id, digest FROM import_item WHERE tenant = $1 AND request_id = ANY ($2::uuid[])

-- Reports taken. A duplicate fails with 23505: somebody took it beside us, and the caller retries.
-- $1 tenant, arrays: $2 request ids, $3 projects, $4 digests; $5 now
INSERT INTO import_item (tenant, request_id, project_id, digest, recorded_at)
SELECT $1, i.request_id, i.project_id, i.digest, $5::timestamptz
FROM unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS i (request_id, project_id, digest)

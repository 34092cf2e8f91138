-- Records requests. A duplicate key waits for the other transaction and fails with 23505: the caller retries and finds it.
-- $1 tenant, $2 request ids, $3 methods, $4 digests, $5 answers, $6 now
INSERT INTO request_log (tenant, request_id, method, digest, answer, recorded_at)
SELECT $1, r.request_id, r.method, r.digest, r.answer, $6::timestamptz
FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[]) AS r (request_id, method, digest, answer)

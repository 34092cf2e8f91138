-- Request records among given ids. Locks nothing; primary key, once per id (OFFSET 0 keeps a plan made for a small table from reading
-- all of the tenant's records).
-- $1 tenant, $2 request ids
SELECT r.request_id, r.method, r.digest, r.answer
FROM unnest($2::uuid[]) AS wanted (request_id)
CROSS JOIN LATERAL (
  SELECT request_id, method, digest, answer FROM request_log WHERE tenant = $1 AND request_id = wanted.request_id OFFSET 0) AS r

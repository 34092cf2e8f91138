-- Request records among given ids. Locks nothing; primary key.
-- $1 tenant, $2 request ids
SELECT request_id, method, digest, answer
FROM request_log
WHERE tenant = $1 AND request_id = ANY ($2::uuid[])

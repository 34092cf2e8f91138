-- Makes the rows that are missing, so that they can be locked; in the order of their names. $1 tenant, $2 subjects, $3 now.
INSERT INTO login_failure (tenant, subject, failures, locks, last_failure_at, locked_until, forget_at)
SELECT $1::text, s.subject, 0, 0, $3::timestamptz, NULL, $3::timestamptz
FROM (SELECT subject FROM unnest($2::text[]) AS wanted (subject) ORDER BY subject) AS s
ON CONFLICT (tenant, subject) DO NOTHING

-- Failure counters. Primary key. $1 tenant, $2 subjects.
SELECT subject, failures, locks, last_failure_at, locked_until
FROM login_failure
WHERE tenant = $1::text AND subject = ANY ($2::text[])

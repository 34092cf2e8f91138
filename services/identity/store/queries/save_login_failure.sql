-- Saves a counter that is locked. Row lock. Primary key.
-- $1 tenant, $2 subject, $3 failures, $4 locks, $5 last failure, $6 locked until or NULL, $7 forget at.
UPDATE login_failure
SET failures = $3::integer, locks = $4::integer, last_failure_at = $5::timestamptz, locked_until = $6::timestamptz,
  forget_at = $7::timestamptz
WHERE tenant = $1::text AND subject = $2::text

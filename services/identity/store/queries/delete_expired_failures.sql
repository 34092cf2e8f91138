-- Forgets failure counters that matter no more; a bounded number. Index login_failure_by_end. $1 tenant, $2 now, $3 rows at most.
DELETE FROM login_failure
WHERE tenant = $1::text
  AND subject IN (
    SELECT subject FROM login_failure
    WHERE tenant = $1::text AND forget_at < $2::timestamptz
    ORDER BY forget_at
    LIMIT $3::bigint
  )

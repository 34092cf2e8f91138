-- Leases the timer that is due longest, of the kinds that this process handles: moves it on, so that no other runner takes it. timer_by_due.
-- $1 now, $2 end of the lease, $3 kinds
UPDATE timer SET due_at = $2::timestamptz, ticket = nextval('timer_ticket')
WHERE (kind, tenant, subject) IN (
  SELECT kind, tenant, subject FROM timer
  WHERE due_at <= $1::timestamptz AND kind = ANY ($3::text[])
  ORDER BY due_at LIMIT 1
  FOR UPDATE SKIP LOCKED)
RETURNING tenant, kind, subject, attempts, ticket

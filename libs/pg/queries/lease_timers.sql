-- Leases due timers of the kinds that this process handles: moves them on, so that no other runner takes them. timer_by_due.
-- $1 now, $2 end of the lease, $3 kinds, $4 limit
UPDATE timer SET due_at = $2::timestamptz, ticket = ticket + 1
WHERE (kind, tenant, subject) IN (
  SELECT kind, tenant, subject FROM timer
  WHERE due_at <= $1::timestamptz AND kind = ANY ($3::text[])
  ORDER BY due_at LIMIT $4::int
  FOR UPDATE SKIP LOCKED)
RETURNING tenant, kind, subject, attempts, ticket

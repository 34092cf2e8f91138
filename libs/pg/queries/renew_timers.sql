-- Moves on the leases of timers whose handlers run, unless a timer was set anew or taken over meanwhile (other ticket). What a handler's own
-- transaction has locked is left to the next beat. Primary key.
-- $1 kinds, $2 tenants, $3 subjects, $4 tickets, $5 end of the lease
UPDATE timer SET due_at = $5::timestamptz
WHERE (kind, tenant, subject) IN (
  SELECT timer.kind, timer.tenant, timer.subject
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS held (kind, tenant, subject, ticket)
  JOIN timer USING (kind, tenant, subject, ticket)
  FOR UPDATE OF timer SKIP LOCKED)

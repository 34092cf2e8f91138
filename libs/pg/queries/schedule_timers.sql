-- Sets or moves timers of one kind ($3 subjects, distinct; $4 due times), in order of subject; locks their rows. Primary key.
-- $1 tenant, $2 kind
INSERT INTO timer (tenant, kind, subject, due_at)
SELECT $1, $2, subject, due_at FROM unnest($3::text[], $4::timestamptz[]) AS fresh (subject, due_at)
ORDER BY subject
ON CONFLICT (kind, tenant, subject) DO UPDATE SET due_at = excluded.due_at, attempts = 0, ticket = nextval('timer_ticket')

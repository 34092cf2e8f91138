-- Sets or moves a timer; locks its row. Primary key.
-- $1 tenant, $2 kind, $3 subject, $4 due
INSERT INTO timer (tenant, kind, subject, due_at) VALUES ($1, $2, $3, $4::timestamptz)
ON CONFLICT (kind, tenant, subject) DO UPDATE SET due_at = excluded.due_at, attempts = 0, ticket = nextval('timer_ticket')

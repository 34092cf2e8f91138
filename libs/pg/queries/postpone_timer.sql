-- A handler failed: due again later, unless it was set anew meanwhile (other ticket). Primary key.
-- $1 tenant, $2 kind, $3 subject, $4 ticket, $5 due
UPDATE timer SET due_at = $5::timestamptz, attempts = attempts + 1, ticket = nextval('timer_ticket')
WHERE tenant = $1 AND kind = $2 AND subject = $3 AND ticket = $4::bigint

-- Removes a timer that was handled, unless it was set anew meanwhile (other ticket). Primary key.
-- $1 tenant, $2 kind, $3 subject, $4 ticket
DELETE FROM timer WHERE tenant = $1 AND kind = $2 AND subject = $3 AND ticket = $4::bigint

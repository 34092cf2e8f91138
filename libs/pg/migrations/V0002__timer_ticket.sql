-- Tickets of timers come from one sequence. Why: a ticket that starts anew with each row repeats itself when a timer is removed and set again,
-- and a runner that lost its lease would remove the new one.

CREATE SEQUENCE timer_ticket;
COMMENT ON SEQUENCE timer_ticket IS 'Tickets of timers, of all tenants; no ticket is given twice.';
SELECT setval('timer_ticket', (SELECT coalesce(max(ticket), 0) + 1 FROM timer));
ALTER TABLE timer ALTER COLUMN ticket SET DEFAULT nextval('timer_ticket');
COMMENT ON COLUMN timer.ticket IS 'New from timer_ticket whenever the timer is set, leased or postponed: a handler removes only what it was given.';

GRANT USAGE ON SEQUENCE timer_ticket TO :app;

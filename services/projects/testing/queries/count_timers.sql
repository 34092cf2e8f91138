-- Timers of a kind. For tests.
-- $1 kind
SELECT count(*) AS timers FROM timer WHERE kind = $1

-- Tries to become the active relay of this database, for the transaction: whoever loses it can no longer mark.
-- $1 lock number
SELECT pg_try_advisory_xact_lock($1::bigint) AS held

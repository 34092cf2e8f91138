-- Events of a type, and whether sequences of every aggregate are gap-free from 1. For tests.
-- $1 tenant, $2 type or empty
SELECT count(*) FILTER (WHERE type = $2 OR $2 = '') AS events,
  coalesce((SELECT bool_and(a.n = a.last) FROM (
    SELECT count(*) AS n, max(sequence) AS last FROM outbox WHERE tenant = $1 GROUP BY aggregate) AS a), true) AS gap_free
FROM outbox
WHERE tenant = $1

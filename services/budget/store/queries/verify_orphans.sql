-- Lines that the journal names and that do not exist. Locks nothing; primary keys.
-- $1 tenant, $2 limit
SELECT DISTINCT e.line_id
FROM journal_entry AS e
WHERE e.tenant = $1 AND NOT EXISTS (SELECT 1 FROM budget_line AS l WHERE l.tenant = e.tenant AND l.line_id = e.line_id)
ORDER BY e.line_id
LIMIT $2::int

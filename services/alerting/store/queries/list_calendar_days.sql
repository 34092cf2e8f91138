-- Days on which the tenant departs from the week. Locks nothing; primary key.
-- $1 tenant, $2 first day, $3 last day
SELECT d.date, d.worked, d.name
FROM calendar_day AS d
WHERE d.tenant = $1 AND d.date BETWEEN $2::date AND $3::date
ORDER BY d.date

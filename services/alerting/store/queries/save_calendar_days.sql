-- Names days. Locks their rows; primary key.
-- $1 tenant, then arrays: $2 days, $3 worked, $4 names
INSERT INTO calendar_day (tenant, date, worked, name)
SELECT $1, n.date, n.worked, n.name
FROM unnest($2::date[], $3::boolean[], $4::text[]) AS n (date, worked, name)
ON CONFLICT (tenant, date) DO UPDATE SET worked = excluded.worked, name = excluded.name

-- Lets days follow the week again. Locks their rows; primary key.
-- $1 tenant, $2 days
DELETE FROM calendar_day AS d WHERE d.tenant = $1 AND d.date = ANY ($2::date[])

-- Closes a day; the caller has locked the clock. Primary keys.
-- $1 tenant, $2 day, $3 now, $4 who
WITH closed AS (
  INSERT INTO closed_day (tenant, date, closed_at, closed_by) VALUES ($1, $2::date, $3::timestamptz, $4)
  RETURNING date)
UPDATE business_clock AS c SET closed_on = closed.date FROM closed WHERE c.tenant = $1

-- Unit paths of reservations' lines, for authorisation. Locks nothing; primary keys, once per id; OFFSET 0 as in
-- load_reservations.sql. -- hot
-- $1 tenant, $2 reservation ids
SELECT r.reservation_id AS id, l.unit_path
FROM unnest($2::uuid[]) AS wanted (reservation_id)
CROSS JOIN LATERAL (
  SELECT reservation_id, line_id FROM reservation WHERE tenant = $1 AND reservation_id = wanted.reservation_id OFFSET 0) AS r
CROSS JOIN LATERAL (
  SELECT unit_path FROM budget_line WHERE tenant = $1 AND line_id = r.line_id OFFSET 0) AS l

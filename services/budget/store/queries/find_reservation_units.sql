-- Unit paths of reservations' lines, for authorisation. Locks nothing; primary keys.
-- $1 tenant, $2 reservation ids
SELECT r.reservation_id AS id, l.unit_path
FROM reservation AS r
JOIN budget_line AS l ON l.tenant = r.tenant AND l.line_id = r.line_id
WHERE r.tenant = $1 AND r.reservation_id = ANY ($2::uuid[])

-- Unit paths of lines, for authorisation. Locks nothing; primary key, once per id; OFFSET 0 as in load_reservations.sql. -- hot
-- $1 tenant, $2 line ids
SELECT l.line_id AS id, l.unit_path
FROM unnest($2::uuid[]) AS wanted (line_id)
CROSS JOIN LATERAL (
  SELECT line_id, unit_path FROM budget_line WHERE tenant = $1 AND line_id = wanted.line_id OFFSET 0) AS l

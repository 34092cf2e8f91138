-- Unit paths of lines, for authorisation. Locks nothing; primary key.
-- $1 tenant, $2 line ids
SELECT line_id AS id, unit_path FROM budget_line WHERE tenant = $1 AND line_id = ANY ($2::uuid[])

-- Tolerance profiles by name, one row a limit; a profile without limits gives one row of NULLs. Locks nothing; primary key.
-- $1 tenant, $2 names
SELECT p.name, l.limit_group, l.usage_bp, l.action
FROM tolerance_profile AS p
LEFT JOIN tolerance_limit AS l ON l.tenant = p.tenant AND l.name = p.name
WHERE p.tenant = $1 AND p.name = ANY ($2::text[])
ORDER BY p.name, l.position

-- All tolerance profiles, as load_profiles. Locks nothing; primary key.
-- $1 tenant
SELECT p.name, l.limit_group, l.usage_bp, l.action
FROM tolerance_profile AS p
LEFT JOIN tolerance_limit AS l ON l.tenant = p.tenant AND l.name = p.name
WHERE p.tenant = $1
ORDER BY p.name COLLATE "C", l.position

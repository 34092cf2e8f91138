-- Adds limits in the order of the arrays.
-- $1 tenant, $2 name, arrays: $3 groups, $4 usages, $5 actions
INSERT INTO tolerance_limit (tenant, name, position, limit_group, usage_bp, action)
SELECT $1, $2, l.ordinal - 1, l.limit_group, l.usage_bp, l.action
FROM unnest($3::smallint[], $4::int[], $5::smallint[]) WITH ORDINALITY AS l (limit_group, usage_bp, action, ordinal)

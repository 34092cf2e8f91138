-- Adds grants to an account; repeats are one. $1 tenant, $2 user id, $3 roles, $4 units, of equal length.
INSERT INTO account_grant (tenant, user_id, role, unit_path)
SELECT $1::text, $2::uuid, g.role, g.unit_path
FROM unnest($3::text[], $4::text[]) AS g (role, unit_path)
ON CONFLICT (tenant, user_id, role, unit_path) DO NOTHING

-- Adds units; those whose path is taken are passed over. Parents may be in the same statement: foreign keys are checked at its end.
-- $1 tenant, $2 paths, $3 parent paths (NULL: root), $4 codes, $5 names, $6 kinds, of equal length, $7 now.
INSERT INTO unit (tenant, path, parent_path, code, name, kind, created_at)
SELECT $1::text, u.path, u.parent_path, u.code, u.name, u.kind, $7::timestamptz
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[]) AS u (path, parent_path, code, name, kind)
ON CONFLICT (tenant, path) DO NOTHING

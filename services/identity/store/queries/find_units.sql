-- Those of the paths that exist. Primary key. $1 tenant, $2 paths.
SELECT path, code, name, kind, parent_path
FROM unit
WHERE tenant = $1::text AND path = ANY ($2::text[])

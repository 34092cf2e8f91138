-- A page of units within any of the scopes and at or below a path, by path. Primary key.
-- $1 tenant, $2 scopes, $3 path ("/": all), $4 after this path, $5 rows at most.
SELECT path, code, name, kind, parent_path
FROM unit
WHERE tenant = $1::text
  AND path > $4::text
  AND starts_with(path, $3::text)
  AND EXISTS (SELECT FROM unnest($2::text[]) AS scope (path) WHERE starts_with(unit.path, scope.path))
ORDER BY path
LIMIT $5::bigint

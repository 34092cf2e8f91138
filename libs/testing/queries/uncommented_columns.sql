-- Tables and columns of the service without a COMMENT.
SELECT format('table %s', c.relname) AS fault
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' AND obj_description(c.oid, 'pg_class') IS NULL
UNION ALL
SELECT format('column %s.%s', c.relname, a.attname)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' AND NOT c.relispartition AND col_description(c.oid, a.attnum) IS NULL
ORDER BY fault

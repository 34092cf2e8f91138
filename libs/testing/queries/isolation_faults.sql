-- Faults of tenant isolation in the catalogue, a sentence each; see catalogue.h. No locks beyond the catalogue's own.
-- $1 app role, $2 tables that need no row-level security, $3 tables whose rows all may read.
WITH relation AS (
  SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, c.relrowsecurity, c.relforcerowsecurity,
    EXISTS (
      SELECT FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attname = 'tenant' AND a.attnum > 0 AND NOT a.attisdropped
    ) AND c.relname <> ALL ($2::text[]) AS needs_rls
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
),
policy AS (
  SELECT r.relname, p.polname, p.polcmd,
    concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) AS expression,
    p.polcmd = 'r' AND r.relname = ANY ($3::text[]) AS may_be_open
  FROM pg_policy AS p
  JOIN relation AS r ON r.oid = p.polrelid
  WHERE r.needs_rls
),
app AS (
  SELECT oid, rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = $1::text
)
SELECT format('table %s has a tenant column, but row-level security is not enabled and forced', relname) AS fault
FROM relation WHERE relkind IN ('r', 'p') AND needs_rls AND NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
SELECT format('table %s has a tenant column, but no policy', relname)
FROM relation WHERE relkind IN ('r', 'p') AND needs_rls AND relname NOT IN (SELECT relname FROM policy)
UNION ALL
SELECT format('policy %s on %s does not compare with fiscus.tenant', polname, relname)
FROM policy WHERE NOT may_be_open AND expression NOT LIKE '%current\_setting(''fiscus.tenant''::text)%'
UNION ALL
SELECT format('policy %s on %s passes over an unset tenant', polname, relname)
FROM policy WHERE expression LIKE '%current\_setting(''fiscus.tenant''::text, true)%'
UNION ALL
SELECT format('the primary key of %s does not begin with the tenant', relname)
FROM relation
WHERE relkind IN ('r', 'p') AND needs_rls AND NOT EXISTS (
  SELECT FROM pg_index AS i
  JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  WHERE i.indrelid = relation.oid AND i.indisprimary AND a.attname = 'tenant'
)
UNION ALL
SELECT format('the app role owns %s', relname) FROM relation JOIN app ON app.oid = relowner
UNION ALL
SELECT format('the app role owns function %s', proname) FROM pg_proc JOIN app ON app.oid = proowner
UNION ALL
SELECT format('the app role owns schema %s', nspname) FROM pg_namespace JOIN app ON app.oid = nspowner
UNION ALL
SELECT 'the app role owns the database' FROM pg_database JOIN app ON app.oid = datdba WHERE datname = current_database()
UNION ALL
SELECT format('the app role may create things in schema %s', nspname)
FROM pg_namespace CROSS JOIN app
WHERE has_schema_privilege(app.oid, pg_namespace.oid, 'CREATE')
UNION ALL
SELECT 'the app role is a superuser, bypasses row-level security, replicates, or makes roles or databases'
FROM app WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
UNION ALL
SELECT format('the app role is a member of %s', m.roleid::regrole) FROM pg_auth_members AS m JOIN app ON app.oid = m.member
UNION ALL
SELECT format('there is no role %s', $1::text) WHERE NOT EXISTS (SELECT FROM app)
UNION ALL
SELECT format('the app role may truncate %s, which no policy sees', relname)
FROM relation CROSS JOIN app WHERE relkind IN ('r', 'p') AND has_table_privilege(app.oid, relation.oid, 'TRUNCATE')
UNION ALL
SELECT format('the app role may change or delete rows of %s', relname)
FROM relation CROSS JOIN app
WHERE relname = 'audit_log'
  AND (has_table_privilege(app.oid, relation.oid, 'UPDATE') OR has_table_privilege(app.oid, relation.oid, 'DELETE'))
UNION ALL
SELECT format('%s is granted to PUBLIC', relname)
FROM relation WHERE EXISTS (SELECT FROM aclexplode(relacl) AS acl WHERE acl.grantee = 0)
UNION ALL
SELECT format('function %s runs with its owner''s rights (SECURITY DEFINER)', p.proname)
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT format('view %s reads with its owner''s rights: set security_invoker', relname)
FROM relation WHERE relkind = 'v' AND NOT coalesce(reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false)
UNION ALL
SELECT format('materialised view %s holds rows outside any policy', relname) FROM relation WHERE relkind = 'm'
UNION ALL
SELECT format('index %s is invalid and enforces nothing', relname)
FROM relation JOIN pg_index AS i ON i.indexrelid = relation.oid WHERE NOT i.indisvalid
ORDER BY fault

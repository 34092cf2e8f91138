-- The database and the two roles of one service; run by a superuser through psql, safe to repeat.
--   psql -v service=payments -v owner_password=… -v app_password=… -f service.sql
-- fiscus_<service>_owner owns the schema and migrates it; fiscus_<service> serves, owns nothing and cannot bypass row-level security.
\set ON_ERROR_STOP on
\set database fiscus_ :service
\set app fiscus_ :service
\set owner fiscus_ :service _owner

SELECT format('CREATE ROLE %I', name)
FROM (VALUES (:'owner'), (:'app')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';

SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";

\connect :"database"
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";

-- Tenants whose days are to be closed. Reason: alerting closes the days of all tenants by itself, and row-level security shows it one
-- tenant at a time; so this table has none, and no business data. Works with the release before, which does not look at it.

CREATE TABLE known_tenant (
  tenant   text        NOT NULL PRIMARY KEY,
  known_at timestamptz NOT NULL
);
COMMENT ON TABLE known_tenant IS 'A tenant that has published a fact: no row-level security, hence no business data';
COMMENT ON COLUMN known_tenant.tenant IS 'Tenant slug';
COMMENT ON COLUMN known_tenant.known_at IS 'When its first fact was met';

GRANT SELECT, INSERT ON known_tenant TO :app;

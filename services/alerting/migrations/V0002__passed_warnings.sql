-- Warnings that left no evidence. Reason: a warning that is published again under another aggregate or sequence (the monitor built its
-- state anew) must have no second effect, also if the first time it met no alert: the alert of a later warning would be marked clear.
-- Works with the release before, which does not look at the table.

CREATE TABLE warning_passed (
  tenant     text        NOT NULL,
  warning_id uuid        NOT NULL,
  passed_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant, warning_id)
);
COMMENT ON TABLE warning_passed IS 'A warning that met no alert and raised none: for information only, or clear';
COMMENT ON COLUMN warning_passed.tenant IS 'Tenant';
COMMENT ON COLUMN warning_passed.warning_id IS 'Warning';
COMMENT ON COLUMN warning_passed.passed_at IS 'Time of the record';

ALTER TABLE warning_passed ENABLE ROW LEVEL SECURITY;
ALTER TABLE warning_passed FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON warning_passed USING (tenant = current_setting('fiscus.tenant'));

GRANT SELECT, INSERT ON warning_passed TO :app;

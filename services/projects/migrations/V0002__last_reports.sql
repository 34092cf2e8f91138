-- The last report of each observed project. Reason: which report is the last one was read from import_item by the time of its
-- arrival, so that an older report under a new request id rolled a project back.

CREATE TABLE last_report (
  tenant      text NOT NULL,
  project_id  uuid NOT NULL,
  reported_on date NOT NULL,
  digest      bytea NOT NULL,
  PRIMARY KEY (tenant, project_id),
  FOREIGN KEY (tenant, project_id) REFERENCES project
);
COMMENT ON TABLE last_report IS 'The newest report taken of each observed project; older ones change nothing.';
COMMENT ON COLUMN last_report.tenant IS 'Tenant slug.';
COMMENT ON COLUMN last_report.project_id IS 'Project.';
COMMENT ON COLUMN last_report.reported_on IS 'Date of the report.';
COMMENT ON COLUMN last_report.digest IS 'SHA-256 of the report without its request id.';
ALTER TABLE last_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE last_report FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON last_report USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, UPDATE ON last_report TO :app;

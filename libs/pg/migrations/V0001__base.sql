-- Tables that every service has: request records (idempotency), audit log, timers. Why: one write path, style of libs/pg/transact.h.

CREATE TABLE request_log (
  tenant text NOT NULL,
  request_id uuid NOT NULL,
  method text NOT NULL,
  digest bytea NOT NULL,
  answer bytea NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, request_id)
);
COMMENT ON TABLE request_log IS 'Answers given to writes, by idempotency key; kept at least 30 days.';
COMMENT ON COLUMN request_log.tenant IS 'Tenant slug.';
COMMENT ON COLUMN request_log.request_id IS 'Idempotency key made by the caller.';
COMMENT ON COLUMN request_log.method IS 'Full RPC name.';
COMMENT ON COLUMN request_log.digest IS 'SHA-256 of the request.';
COMMENT ON COLUMN request_log.answer IS 'Serialised answer.';
COMMENT ON COLUMN request_log.recorded_at IS 'When it was answered first.';
CREATE INDEX request_log_by_time ON request_log (recorded_at);

CREATE TABLE audit_log (
  tenant text NOT NULL,
  audit_id bigint GENERATED ALWAYS AS IDENTITY,
  recorded_at timestamptz NOT NULL,
  actor text NOT NULL,
  on_behalf_of text NOT NULL,
  intent text NOT NULL,
  method text NOT NULL,
  request_id uuid,
  subject text NOT NULL,
  before_digest bytea NOT NULL,
  after_digest bytea NOT NULL,
  traceparent text NOT NULL,
  PRIMARY KEY (tenant, audit_id)
);
COMMENT ON TABLE audit_log IS 'Who did what to what, in the transaction of the deed; never updated or deleted.';
COMMENT ON COLUMN audit_log.tenant IS 'Tenant slug.';
COMMENT ON COLUMN audit_log.audit_id IS 'Number, growing.';
COMMENT ON COLUMN audit_log.recorded_at IS 'When.';
COMMENT ON COLUMN audit_log.actor IS 'User id or service name that called.';
COMMENT ON COLUMN audit_log.on_behalf_of IS 'User id for whom a service called, or empty.';
COMMENT ON COLUMN audit_log.intent IS 'Declared intent of the RPC.';
COMMENT ON COLUMN audit_log.method IS 'Full RPC name, or system/<job>.';
COMMENT ON COLUMN audit_log.request_id IS 'Idempotency key of the request.';
COMMENT ON COLUMN audit_log.subject IS 'What was changed, e.g. payments/<id>.';
COMMENT ON COLUMN audit_log.before_digest IS 'SHA-256 of the subject before, or empty.';
COMMENT ON COLUMN audit_log.after_digest IS 'SHA-256 of the subject after.';
COMMENT ON COLUMN audit_log.traceparent IS 'W3C trace context.';
CREATE INDEX audit_log_by_subject ON audit_log (tenant, subject);

CREATE TABLE timer (
  tenant text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  ticket bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, tenant, subject)
);
COMMENT ON TABLE timer IS 'Due work of all tenants: no row-level security, hence no business data.';
COMMENT ON COLUMN timer.tenant IS 'Tenant slug.';
COMMENT ON COLUMN timer.kind IS 'Kind of work.';
COMMENT ON COLUMN timer.subject IS 'Id of what it concerns.';
COMMENT ON COLUMN timer.due_at IS 'When it is due; moved on by each lease.';
COMMENT ON COLUMN timer.attempts IS 'Failed attempts so far.';
COMMENT ON COLUMN timer.ticket IS 'Changes whenever the timer is set or leased: a handler removes only what it was given.';
CREATE INDEX timer_by_due ON timer (due_at);

ALTER TABLE request_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON request_log USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON audit_log USING (tenant = current_setting('fiscus.tenant'));

GRANT SELECT, INSERT ON request_log TO :app;
GRANT SELECT, INSERT ON audit_log TO :app;
GRANT SELECT, INSERT, UPDATE, DELETE ON timer TO :app;

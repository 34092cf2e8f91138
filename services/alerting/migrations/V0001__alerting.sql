-- Alerts with their history, the business clock, the calendar of working days, and the log of changes that streams are fed from.
-- Reason: first version. No row of alert, alert_step, alert_evidence or closed_day is ever deleted (A1).

CREATE TABLE alert (
  tenant           text        NOT NULL,
  alert_id         uuid        NOT NULL,
  fingerprint      text        NOT NULL,
  ordinal          integer     NOT NULL CHECK (ordinal >= 1),
  state            smallint    NOT NULL CHECK (state BETWEEN 1 AND 9),
  severity         smallint    NOT NULL CHECK (severity BETWEEN 2 AND 4),
  rule_id          text        NOT NULL,
  rule_version     text        NOT NULL,
  title            text        NOT NULL,
  subject          text        NOT NULL,
  project_id       uuid,
  unit_path        text        COLLATE "C" NOT NULL,
  message          text        NOT NULL,
  citation         text        NOT NULL,
  fact_names       text[]      NOT NULL,
  fact_values      bigint[]    NOT NULL CHECK (cardinality(fact_values) = cardinality(fact_names)),
  last_warning_id  uuid        NOT NULL,
  caused_by        text        NOT NULL,
  caused_at        text        NOT NULL,
  as_of            date        NOT NULL,
  occurrences      integer     NOT NULL CHECK (occurrences >= 1),
  clear_since      date,
  limits_from      date        NOT NULL,
  submitted_on     date,
  due_on           date,
  next_check_on    date,
  escalation_level smallint    NOT NULL CHECK (escalation_level BETWEEN 0 AND 3),
  raised_at        timestamptz NOT NULL,
  version          bigint      NOT NULL CHECK (version >= 1),
  PRIMARY KEY (tenant, alert_id),
  CONSTRAINT alert_ordinal UNIQUE (tenant, fingerprint, ordinal)
);
-- States 4, 8 and 9 are DISMISSED, CLOSED and AUTO_RESOLVED.
CREATE UNIQUE INDEX alert_open_once ON alert (tenant, fingerprint) WHERE state NOT IN (4, 8, 9);
CREATE INDEX alert_by_check ON alert (tenant, next_check_on, alert_id) WHERE next_check_on IS NOT NULL;
CREATE INDEX alert_by_unit ON alert (tenant, unit_path, alert_id);
CREATE INDEX alert_by_project ON alert (tenant, project_id, alert_id);
COMMENT ON TABLE alert IS 'An alert: at most one open per fingerprint, never deleted';
COMMENT ON COLUMN alert.tenant IS 'Tenant';
COMMENT ON COLUMN alert.alert_id IS 'The id of the warning that raised it';
COMMENT ON COLUMN alert.fingerprint IS 'Hash of tenant, rule, subject and period, as given by the monitor';
COMMENT ON COLUMN alert.ordinal IS 'Count of the fingerprint''s alerts up to this one, from 1';
COMMENT ON COLUMN alert.state IS 'Number of fiscus.alerting.v1.AlertState';
COMMENT ON COLUMN alert.severity IS 'Number of fiscus.monitor.v1.Severity now; stays when the condition clears';
COMMENT ON COLUMN alert.rule_id IS 'Rule';
COMMENT ON COLUMN alert.rule_version IS 'Version of the rule at the last warning (A3)';
COMMENT ON COLUMN alert.title IS 'Title of the rule';
COMMENT ON COLUMN alert.subject IS 'What the warning is about, e.g. projects/<id>';
COMMENT ON COLUMN alert.project_id IS 'Project; null: none';
COMMENT ON COLUMN alert.unit_path IS 'Alerted unit';
COMMENT ON COLUMN alert.message IS 'Explanation of the last warning';
COMMENT ON COLUMN alert.citation IS 'Legal citation or standard';
COMMENT ON COLUMN alert.fact_names IS 'Names of the values of the last warning; the suffix is the unit (A3)';
COMMENT ON COLUMN alert.fact_values IS 'Values, in the order of fact_names';
COMMENT ON COLUMN alert.last_warning_id IS 'The last warning that was not a clear one';
COMMENT ON COLUMN alert.caused_by IS 'ce_id of the event that caused the last warning';
COMMENT ON COLUMN alert.caused_at IS 'ce_time of that event, RFC 3339';
COMMENT ON COLUMN alert.as_of IS 'Business date of the last warning';
COMMENT ON COLUMN alert.occurrences IS 'Warnings received, clear ones not counted';
COMMENT ON COLUMN alert.clear_since IS 'Business date since which the condition is clear; null: it holds';
COMMENT ON COLUMN alert.limits_from IS 'Business date from which the limits count';
COMMENT ON COLUMN alert.submitted_on IS 'Business date of the last result; null: none yet';
COMMENT ON COLUMN alert.due_on IS 'Business date by whose close the present step is due; null: ended';
COMMENT ON COLUMN alert.next_check_on IS 'First business date at whose close something is to be done; null: none';
COMMENT ON COLUMN alert.escalation_level IS 'Level of the present step, 0..3';
COMMENT ON COLUMN alert.raised_at IS 'Time of the record';
COMMENT ON COLUMN alert.version IS 'Count of changes';

CREATE TABLE alert_step (
  tenant           text        NOT NULL,
  alert_id         uuid        NOT NULL,
  step             integer     NOT NULL CHECK (step >= 1),
  state            smallint    NOT NULL CHECK (state BETWEEN 1 AND 9),
  business_date    date        NOT NULL,
  at               timestamptz NOT NULL,
  actor            text        NOT NULL,
  on_behalf_of     text        NOT NULL,
  note             text        NOT NULL,
  escalation_level smallint    NOT NULL CHECK (escalation_level BETWEEN 0 AND 3),
  PRIMARY KEY (tenant, alert_id, step),
  FOREIGN KEY (tenant, alert_id) REFERENCES alert (tenant, alert_id)
);
COMMENT ON TABLE alert_step IS 'One step of an alert''s history, never changed';
COMMENT ON COLUMN alert_step.tenant IS 'Tenant';
COMMENT ON COLUMN alert_step.alert_id IS 'Alert';
COMMENT ON COLUMN alert_step.step IS 'Place in the history, from 1';
COMMENT ON COLUMN alert_step.state IS 'Number of fiscus.alerting.v1.AlertState reached';
COMMENT ON COLUMN alert_step.business_date IS 'Business date on which it happened or fell due';
COMMENT ON COLUMN alert_step.at IS 'Time of the record';
COMMENT ON COLUMN alert_step.actor IS 'User id, or the service for automatic steps';
COMMENT ON COLUMN alert_step.on_behalf_of IS 'User for whom a service acted, or empty';
COMMENT ON COLUMN alert_step.note IS 'Opinion, reason or result';
COMMENT ON COLUMN alert_step.escalation_level IS 'Level reached, 0..3';

CREATE TABLE alert_evidence (
  tenant       text        NOT NULL,
  alert_id     uuid        NOT NULL,
  warning_id   uuid        NOT NULL,
  severity     smallint    NOT NULL CHECK (severity BETWEEN 0 AND 4),
  rule_version text        NOT NULL,
  message      text        NOT NULL,
  fact_names   text[]      NOT NULL,
  fact_values  bigint[]    NOT NULL CHECK (cardinality(fact_values) = cardinality(fact_names)),
  caused_by    text        NOT NULL,
  caused_at    text        NOT NULL,
  as_of        date        NOT NULL,
  received_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant, warning_id),
  FOREIGN KEY (tenant, alert_id) REFERENCES alert (tenant, alert_id)
);
CREATE INDEX alert_evidence_by_alert ON alert_evidence (tenant, alert_id, received_at);
COMMENT ON TABLE alert_evidence IS 'One warning received for an alert, clear ones too (A3), never changed';
COMMENT ON COLUMN alert_evidence.tenant IS 'Tenant';
COMMENT ON COLUMN alert_evidence.alert_id IS 'Alert';
COMMENT ON COLUMN alert_evidence.warning_id IS 'Warning';
COMMENT ON COLUMN alert_evidence.severity IS 'Number of fiscus.monitor.v1.Severity; 0: cleared';
COMMENT ON COLUMN alert_evidence.rule_version IS 'Version of the rule';
COMMENT ON COLUMN alert_evidence.message IS 'Explanation with figures';
COMMENT ON COLUMN alert_evidence.fact_names IS 'Names of the values that decided; the suffix is the unit';
COMMENT ON COLUMN alert_evidence.fact_values IS 'Values, in the order of fact_names';
COMMENT ON COLUMN alert_evidence.caused_by IS 'ce_id of the causing event';
COMMENT ON COLUMN alert_evidence.caused_at IS 'ce_time of that event, RFC 3339';
COMMENT ON COLUMN alert_evidence.as_of IS 'Business date';
COMMENT ON COLUMN alert_evidence.received_at IS 'Time of the record';

CREATE TABLE business_clock (
  tenant    text NOT NULL PRIMARY KEY,
  closed_on date
);
COMMENT ON TABLE business_clock IS 'The business clock of a tenant; its row is the lock under which days are closed';
COMMENT ON COLUMN business_clock.tenant IS 'Tenant';
COMMENT ON COLUMN business_clock.closed_on IS 'Last closed day; null: none yet';

CREATE TABLE closed_day (
  tenant    text        NOT NULL,
  date      date        NOT NULL,
  closed_at timestamptz NOT NULL,
  closed_by text        NOT NULL,
  PRIMARY KEY (tenant, date)
);
COMMENT ON TABLE closed_day IS 'A closing of the business clock, never changed; the days between two rows were closed with the later';
COMMENT ON COLUMN closed_day.tenant IS 'Tenant';
COMMENT ON COLUMN closed_day.date IS 'The day';
COMMENT ON COLUMN closed_day.closed_at IS 'Time of the record';
COMMENT ON COLUMN closed_day.closed_by IS 'Who closed it';

CREATE TABLE calendar_day (
  tenant text    NOT NULL,
  date   date    NOT NULL,
  worked boolean NOT NULL,
  name   text    NOT NULL,
  PRIMARY KEY (tenant, date)
);
COMMENT ON TABLE calendar_day IS 'A day on which a tenant departs from the week of Monday to Friday';
COMMENT ON COLUMN calendar_day.tenant IS 'Tenant';
COMMENT ON COLUMN calendar_day.date IS 'The day';
COMMENT ON COLUMN calendar_day.worked IS 'True: worked although a weekend; false: a holiday';
COMMENT ON COLUMN calendar_day.name IS 'Name for people';

CREATE TABLE alert_feed (
  tenant        text   NOT NULL PRIMARY KEY,
  last_position bigint NOT NULL CHECK (last_position >= 0)
);
COMMENT ON TABLE alert_feed IS 'Head of a tenant''s log of changes; its row lock is held to the commit, so that positions become visible in order and without gaps';
COMMENT ON COLUMN alert_feed.tenant IS 'Tenant';
COMMENT ON COLUMN alert_feed.last_position IS 'Position of the last change';

CREATE TABLE alert_change (
  tenant     text     NOT NULL,
  position   bigint   NOT NULL CHECK (position >= 1),
  alert_id   uuid     NOT NULL,
  unit_path  text     COLLATE "C" NOT NULL,
  project_id uuid,
  from_state smallint NOT NULL CHECK (from_state BETWEEN 0 AND 9),
  alert      bytea    NOT NULL,
  PRIMARY KEY (tenant, position),
  FOREIGN KEY (tenant, alert_id) REFERENCES alert (tenant, alert_id)
);
COMMENT ON TABLE alert_change IS 'One change of an alert, in the order of commits: what streams replay from a resume token';
COMMENT ON COLUMN alert_change.tenant IS 'Tenant';
COMMENT ON COLUMN alert_change.position IS 'Place in the tenant''s log, gap-free from 1';
COMMENT ON COLUMN alert_change.alert_id IS 'Alert';
COMMENT ON COLUMN alert_change.unit_path IS 'Alerted unit';
COMMENT ON COLUMN alert_change.project_id IS 'Project; null: none';
COMMENT ON COLUMN alert_change.from_state IS 'Number of fiscus.alerting.v1.AlertState before; 0: raised now';
COMMENT ON COLUMN alert_change.alert IS 'fiscus.alerting.v1.Alert after the change, without its steps, serialised';

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['alert', 'alert_step', 'alert_evidence', 'business_clock', 'closed_day', 'calendar_day',
                              'alert_feed', 'alert_change'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (tenant = current_setting(''fiscus.tenant''))', name);
  END LOOP;
END $$;

-- History may be added to, never changed or deleted (A1).
GRANT SELECT, INSERT, UPDATE ON alert, business_clock, alert_feed TO :app;
GRANT SELECT, INSERT ON alert_step, alert_evidence, closed_day, alert_change TO :app;
GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_day TO :app;

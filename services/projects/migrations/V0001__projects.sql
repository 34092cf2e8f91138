-- Projects with targets, documents, work items and milestones; measurements; contracts with payees, modifications and their steps
-- with the ledger; imported reports. Reason: first version. Parts of a project are replaced as a whole, the rest is never deleted
-- (contract_step aside, which is work under way).

CREATE TABLE project (
  tenant                    text NOT NULL,
  project_id                uuid NOT NULL,
  code                      text NOT NULL,
  name                      text NOT NULL,
  unit_path                 text COLLATE "C" NOT NULL,
  sector                    text NOT NULL,
  parent_project_id         uuid,
  currency                  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  approved_investment_minor bigint NOT NULL CHECK (approved_investment_minor >= 0),
  planned_start             date,
  planned_end               date,
  state                     smallint NOT NULL CHECK (state BETWEEN 1 AND 16),
  version                   bigint NOT NULL CHECK (version >= 1),
  physical_bp               integer NOT NULL CHECK (physical_bp BETWEEN 0 AND 10000),
  observed                  boolean NOT NULL,
  key_project               boolean NOT NULL,
  source_ref                text NOT NULL,
  declared_by               text NOT NULL,
  baseline_frozen           boolean NOT NULL,
  PRIMARY KEY (tenant, project_id),
  CHECK (planned_end IS NULL OR planned_start IS NULL OR planned_end >= planned_start)
);
-- P1: one live project per code; closed, rejected and cancelled ones free theirs.
CREATE UNIQUE INDEX project_live_code ON project (tenant, code) WHERE state NOT IN (12, 14, 16);
CREATE INDEX project_by_unit ON project (tenant, unit_path, project_id);
CREATE INDEX project_by_parent ON project (tenant, parent_project_id) WHERE parent_project_id IS NOT NULL;
COMMENT ON TABLE project IS 'Supervised projects; a row is the fold of the events of projects/<id>.';
COMMENT ON COLUMN project.tenant IS 'Tenant slug.';
COMMENT ON COLUMN project.project_id IS 'Id made by the client.';
COMMENT ON COLUMN project.code IS '项目代码.';
COMMENT ON COLUMN project.name IS 'Name.';
COMMENT ON COLUMN project.unit_path IS 'Construction unit''s path.';
COMMENT ON COLUMN project.sector IS 'Sector; empty while it is drafted.';
COMMENT ON COLUMN project.parent_project_id IS 'Programme or parent project.';
COMMENT ON COLUMN project.currency IS 'ISO 4217.';
COMMENT ON COLUMN project.approved_investment_minor IS '概算 = ceiling, minor units.';
COMMENT ON COLUMN project.planned_start IS 'Planned start.';
COMMENT ON COLUMN project.planned_end IS 'Planned end.';
COMMENT ON COLUMN project.state IS 'ProjectState of the proto.';
COMMENT ON COLUMN project.version IS 'Sequence of its last event.';
COMMENT ON COLUMN project.physical_bp IS 'Physical progress, computed, basis points (P6).';
COMMENT ON COLUMN project.observed IS 'Reported from elsewhere.';
COMMENT ON COLUMN project.key_project IS 'Flagged as a key project.';
COMMENT ON COLUMN project.source_ref IS 'Source record of an observed project.';
COMMENT ON COLUMN project.declared_by IS 'Who declared it last; another reviews.';
COMMENT ON COLUMN project.baseline_frozen IS 'Work items are frozen since START.';
ALTER TABLE project ENABLE ROW LEVEL SECURITY;
ALTER TABLE project FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON project USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, UPDATE ON project TO :app;

CREATE TABLE project_target (
  tenant      text NOT NULL,
  project_id  uuid NOT NULL,
  ordinal     integer NOT NULL,
  name        text NOT NULL,
  unit        text NOT NULL,
  value_milli bigint NOT NULL,
  PRIMARY KEY (tenant, project_id, ordinal),
  FOREIGN KEY (tenant, project_id) REFERENCES project
);
COMMENT ON TABLE project_target IS 'Performance targets of a project.';
COMMENT ON COLUMN project_target.tenant IS 'Tenant slug.';
COMMENT ON COLUMN project_target.project_id IS 'Project.';
COMMENT ON COLUMN project_target.ordinal IS 'Place in the list, from 1.';
COMMENT ON COLUMN project_target.name IS 'What is counted.';
COMMENT ON COLUMN project_target.unit IS 'Unit.';
COMMENT ON COLUMN project_target.value_milli IS 'Value to be reached, thousandths.';
ALTER TABLE project_target ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_target FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON project_target USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, DELETE ON project_target TO :app;

CREATE TABLE project_document (
  tenant     text NOT NULL,
  project_id uuid NOT NULL,
  ordinal    integer NOT NULL,
  kind       text NOT NULL,
  sha256     text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  title      text NOT NULL,
  PRIMARY KEY (tenant, project_id, ordinal),
  UNIQUE (tenant, project_id, kind, sha256),
  FOREIGN KEY (tenant, project_id) REFERENCES project
);
COMMENT ON TABLE project_document IS 'Documents that justify the steps of a project, by digest.';
COMMENT ON COLUMN project_document.tenant IS 'Tenant slug.';
COMMENT ON COLUMN project_document.project_id IS 'Project.';
COMMENT ON COLUMN project_document.ordinal IS 'Place in the list, from 1.';
COMMENT ON COLUMN project_document.kind IS 'DECLARATION, REVIEW_OPINION …';
COMMENT ON COLUMN project_document.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN project_document.title IS 'Name for people.';
ALTER TABLE project_document ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_document FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON project_document USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, DELETE ON project_document TO :app;

CREATE TABLE work_item (
  tenant          text NOT NULL,
  project_id      uuid NOT NULL,
  work_item_id    uuid NOT NULL,
  ordinal         integer NOT NULL,
  name            text NOT NULL,
  contract_id     uuid,
  value_minor     bigint NOT NULL CHECK (value_minor > 0),
  quantity_milli  bigint NOT NULL CHECK (quantity_milli > 0),
  quantity_unit   text NOT NULL,
  planned_start   date NOT NULL,
  planned_end     date NOT NULL CHECK (planned_end >= planned_start),
  certified_milli bigint NOT NULL CHECK (certified_milli BETWEEN 0 AND quantity_milli),
  PRIMARY KEY (tenant, project_id, work_item_id),
  FOREIGN KEY (tenant, project_id) REFERENCES project
);
CREATE INDEX work_item_by_contract ON work_item (tenant, contract_id) WHERE contract_id IS NOT NULL;
COMMENT ON TABLE work_item IS 'Work breakdown of a project: its certified quantities are the physical progress.';
COMMENT ON COLUMN work_item.tenant IS 'Tenant slug.';
COMMENT ON COLUMN work_item.project_id IS 'Project.';
COMMENT ON COLUMN work_item.work_item_id IS 'Id made by the client.';
COMMENT ON COLUMN work_item.ordinal IS 'Place in the list, from 1.';
COMMENT ON COLUMN work_item.name IS 'Name.';
COMMENT ON COLUMN work_item.contract_id IS 'Contract whose work it is; NULL: the project''s own.';
COMMENT ON COLUMN work_item.value_minor IS 'Value of the whole item, minor units.';
COMMENT ON COLUMN work_item.quantity_milli IS 'Whole quantity, thousandths.';
COMMENT ON COLUMN work_item.quantity_unit IS 'Unit of the quantity.';
COMMENT ON COLUMN work_item.planned_start IS 'Planned start.';
COMMENT ON COLUMN work_item.planned_end IS 'Planned end.';
COMMENT ON COLUMN work_item.certified_milli IS 'Certified quantity to date, thousandths (P6).';
ALTER TABLE work_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE work_item FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON work_item USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, DELETE ON work_item TO :app;

CREATE TABLE milestone (
  tenant       text NOT NULL,
  project_id   uuid NOT NULL,
  milestone_id uuid NOT NULL,
  ordinal      integer NOT NULL,
  name         text NOT NULL,
  due_date     date NOT NULL,
  critical     boolean NOT NULL,
  met_on       date,
  PRIMARY KEY (tenant, project_id, milestone_id),
  FOREIGN KEY (tenant, project_id) REFERENCES project
);
COMMENT ON TABLE milestone IS 'Milestones of a project.';
COMMENT ON COLUMN milestone.tenant IS 'Tenant slug.';
COMMENT ON COLUMN milestone.project_id IS 'Project.';
COMMENT ON COLUMN milestone.milestone_id IS 'Id made by the client.';
COMMENT ON COLUMN milestone.ordinal IS 'Place in the list, from 1.';
COMMENT ON COLUMN milestone.name IS 'Name.';
COMMENT ON COLUMN milestone.due_date IS 'Due date.';
COMMENT ON COLUMN milestone.critical IS 'On the critical path.';
COMMENT ON COLUMN milestone.met_on IS 'Date met; NULL: not yet.';
ALTER TABLE milestone ENABLE ROW LEVEL SECURITY;
ALTER TABLE milestone FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON milestone USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, DELETE ON milestone TO :app;

CREATE TABLE measurement (
  tenant         text NOT NULL,
  measurement_id uuid NOT NULL,
  project_id     uuid NOT NULL,
  measured_on    date NOT NULL,
  state          smallint NOT NULL CHECK (state BETWEEN 1 AND 3),
  recorded_by    text NOT NULL,
  decided_by     text NOT NULL,
  correction     boolean NOT NULL,
  reason         text NOT NULL,
  PRIMARY KEY (tenant, measurement_id),
  FOREIGN KEY (tenant, project_id) REFERENCES project,
  CONSTRAINT measurement_reason CHECK (NOT correction OR reason <> ''),
  -- Four eyes, as the second fence; imports are recorded as certified by their source.
  CONSTRAINT measurement_four_eyes CHECK (decided_by = '' OR decided_by <> recorded_by)
);
CREATE INDEX measurement_by_project ON measurement (tenant, project_id, measured_on DESC, measurement_id DESC);
COMMENT ON TABLE measurement IS 'Measurements (工程计量): recorded by the unit, decided by another person; never deleted.';
COMMENT ON COLUMN measurement.tenant IS 'Tenant slug.';
COMMENT ON COLUMN measurement.measurement_id IS 'Id made by the client, or derived from the report.';
COMMENT ON COLUMN measurement.project_id IS 'Project.';
COMMENT ON COLUMN measurement.measured_on IS 'Date of the measurement.';
COMMENT ON COLUMN measurement.state IS 'MeasurementState of the proto.';
COMMENT ON COLUMN measurement.recorded_by IS 'Who recorded it.';
COMMENT ON COLUMN measurement.decided_by IS 'Who certified or refused it; empty: nobody yet.';
COMMENT ON COLUMN measurement.correction IS 'May lower earlier quantities (P6).';
COMMENT ON COLUMN measurement.reason IS 'Reason of a correction or refusal.';
ALTER TABLE measurement ENABLE ROW LEVEL SECURITY;
ALTER TABLE measurement FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON measurement USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, UPDATE ON measurement TO :app;

CREATE TABLE measured_quantity (
  tenant         text NOT NULL,
  measurement_id uuid NOT NULL,
  ordinal        integer NOT NULL,
  work_item_id   uuid NOT NULL,
  quantity_milli bigint NOT NULL CHECK (quantity_milli >= 0),
  PRIMARY KEY (tenant, measurement_id, ordinal),
  UNIQUE (tenant, measurement_id, work_item_id),
  FOREIGN KEY (tenant, measurement_id) REFERENCES measurement
);
COMMENT ON TABLE measured_quantity IS 'Quantities of a measurement.';
COMMENT ON COLUMN measured_quantity.tenant IS 'Tenant slug.';
COMMENT ON COLUMN measured_quantity.measurement_id IS 'Measurement.';
COMMENT ON COLUMN measured_quantity.ordinal IS 'Place in the list, from 1.';
COMMENT ON COLUMN measured_quantity.work_item_id IS 'Work item.';
COMMENT ON COLUMN measured_quantity.quantity_milli IS 'Quantity to date, thousandths.';
ALTER TABLE measured_quantity ENABLE ROW LEVEL SECURITY;
ALTER TABLE measured_quantity FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON measured_quantity USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT ON measured_quantity TO :app;

CREATE TABLE contract (
  tenant               text NOT NULL,
  contract_id          uuid NOT NULL,
  contract_no          text NOT NULL,
  project_id           uuid NOT NULL,
  unit_path            text COLLATE "C" NOT NULL,
  line_id              uuid NOT NULL,
  supplier_name        text NOT NULL,
  supplier_code        text NOT NULL,
  currency             text NOT NULL,
  original_value_minor bigint NOT NULL CHECK (original_value_minor > 0),
  current_value_minor  bigint NOT NULL CHECK (current_value_minor > 0),
  advance_minor        bigint NOT NULL CHECK (advance_minor BETWEEN 0 AND original_value_minor),
  retention_bp         integer NOT NULL CHECK (retention_bp BETWEEN 0 AND 300),
  signed_on            date,
  planned_end          date,
  state                smallint NOT NULL CHECK (state BETWEEN 1 AND 12),
  version              bigint NOT NULL CHECK (version >= 1),
  certified_minor      bigint NOT NULL CHECK (certified_minor >= 0),
  settlement_minor     bigint NOT NULL CHECK (settlement_minor BETWEEN 0 AND current_value_minor),
  drafted_by           text NOT NULL,
  PRIMARY KEY (tenant, contract_id),
  CONSTRAINT contract_no_once UNIQUE (tenant, contract_no),
  FOREIGN KEY (tenant, project_id) REFERENCES project
);
CREATE INDEX contract_by_project ON contract (tenant, project_id, contract_id);
CREATE INDEX contract_by_unit ON contract (tenant, unit_path, contract_id);
COMMENT ON TABLE contract IS 'Contracts of projects.';
COMMENT ON COLUMN contract.tenant IS 'Tenant slug.';
COMMENT ON COLUMN contract.contract_id IS 'Id made by the client.';
COMMENT ON COLUMN contract.contract_no IS 'Contract number.';
COMMENT ON COLUMN contract.project_id IS 'Project.';
COMMENT ON COLUMN contract.unit_path IS 'The project''s unit.';
COMMENT ON COLUMN contract.line_id IS 'Budget line that is encumbered.';
COMMENT ON COLUMN contract.supplier_name IS 'Supplier.';
COMMENT ON COLUMN contract.supplier_code IS 'Supplier''s unified social credit code.';
COMMENT ON COLUMN contract.currency IS 'ISO 4217.';
COMMENT ON COLUMN contract.original_value_minor IS 'Value when signed, minor units.';
COMMENT ON COLUMN contract.current_value_minor IS 'Original + effective modifications (C1), minor units.';
COMMENT ON COLUMN contract.advance_minor IS 'Advance (C3), minor units.';
COMMENT ON COLUMN contract.retention_bp IS 'Retention (C4), basis points.';
COMMENT ON COLUMN contract.signed_on IS 'Signed on.';
COMMENT ON COLUMN contract.planned_end IS 'Planned end.';
COMMENT ON COLUMN contract.state IS 'ContractState of the proto.';
COMMENT ON COLUMN contract.version IS 'Sequence of its last event.';
COMMENT ON COLUMN contract.certified_minor IS 'Certified value of its work items, minor units.';
COMMENT ON COLUMN contract.settlement_minor IS 'Settled amount, minor units.';
COMMENT ON COLUMN contract.drafted_by IS 'Who drew it up; another signs.';
ALTER TABLE contract ENABLE ROW LEVEL SECURITY;
ALTER TABLE contract FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON contract USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, UPDATE ON contract TO :app;

CREATE TABLE contract_payee (
  tenant      text NOT NULL,
  contract_id uuid NOT NULL,
  ordinal     integer NOT NULL,
  name        text NOT NULL,
  account_no  text NOT NULL,
  bank_code   text NOT NULL,
  PRIMARY KEY (tenant, contract_id, ordinal),
  FOREIGN KEY (tenant, contract_id) REFERENCES contract
);
COMMENT ON TABLE contract_payee IS 'Accounts that may be paid under a contract (C7).';
COMMENT ON COLUMN contract_payee.tenant IS 'Tenant slug.';
COMMENT ON COLUMN contract_payee.contract_id IS 'Contract.';
COMMENT ON COLUMN contract_payee.ordinal IS 'Place in the list, from 1.';
COMMENT ON COLUMN contract_payee.name IS 'Holder.';
COMMENT ON COLUMN contract_payee.account_no IS 'Account number.';
COMMENT ON COLUMN contract_payee.bank_code IS 'Bank code.';
ALTER TABLE contract_payee ENABLE ROW LEVEL SECURITY;
ALTER TABLE contract_payee FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON contract_payee USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT ON contract_payee TO :app;

CREATE TABLE modification (
  tenant          text NOT NULL,
  modification_id uuid NOT NULL,
  contract_id     uuid NOT NULL,
  delta_minor     bigint NOT NULL CHECK (delta_minor <> 0),
  reason          text NOT NULL CHECK (reason <> ''),
  drafted_by      text NOT NULL,
  approved_by     text NOT NULL,
  effective       boolean NOT NULL,
  PRIMARY KEY (tenant, modification_id),
  FOREIGN KEY (tenant, contract_id) REFERENCES contract,
  CONSTRAINT modification_four_eyes CHECK (effective = (approved_by <> '') AND approved_by <> drafted_by)
);
CREATE INDEX modification_by_contract ON modification (tenant, contract_id);
COMMENT ON TABLE modification IS 'Modifications (补充协议) of contracts; never deleted.';
COMMENT ON COLUMN modification.tenant IS 'Tenant slug.';
COMMENT ON COLUMN modification.modification_id IS 'Id made by the client.';
COMMENT ON COLUMN modification.contract_id IS 'Contract.';
COMMENT ON COLUMN modification.delta_minor IS 'Change of value, minor units.';
COMMENT ON COLUMN modification.reason IS 'Why.';
COMMENT ON COLUMN modification.drafted_by IS 'Who drew it up.';
COMMENT ON COLUMN modification.approved_by IS 'Who made it effective; empty: nobody yet.';
COMMENT ON COLUMN modification.effective IS 'In force.';
ALTER TABLE modification ENABLE ROW LEVEL SECURITY;
ALTER TABLE modification FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON modification USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, UPDATE ON modification TO :app;

CREATE TABLE contract_step (
  tenant           text NOT NULL,
  contract_id      uuid NOT NULL,
  step_id          uuid NOT NULL,
  command          smallint NOT NULL CHECK (command BETWEEN 0 AND 12),
  modification_id  uuid,
  order_kind       smallint NOT NULL CHECK (order_kind BETWEEN 1 AND 3),
  order_minor      bigint NOT NULL CHECK (order_minor > 0),
  effective_date   date NOT NULL,
  settlement_minor bigint NOT NULL CHECK (settlement_minor >= 0),
  reason           text NOT NULL,
  request_id       uuid NOT NULL,
  request_digest   bytea NOT NULL,
  method           text NOT NULL,
  intent           text NOT NULL,
  subject          text NOT NULL,
  on_behalf_of     text NOT NULL,
  traceparent      text NOT NULL,
  started_at       timestamptz NOT NULL,
  PRIMARY KEY (tenant, contract_id),
  FOREIGN KEY (tenant, contract_id) REFERENCES contract,
  CHECK ((command = 0) = (modification_id IS NOT NULL))
);
COMMENT ON TABLE contract_step IS 'A contract''s step with the ledger that is under way: written before the ledger is called, removed with its outcome. At most one per contract.';
COMMENT ON COLUMN contract_step.tenant IS 'Tenant slug.';
COMMENT ON COLUMN contract_step.contract_id IS 'Contract.';
COMMENT ON COLUMN contract_step.step_id IS 'Id of this attempt; the ledger''s request ids derive from it.';
COMMENT ON COLUMN contract_step.command IS 'ContractCommand of the proto; 0: a modification becomes effective.';
COMMENT ON COLUMN contract_step.modification_id IS 'The modification.';
COMMENT ON COLUMN contract_step.order_kind IS '1 encumber, 2 liquidate, 3 liquidate all that is open.';
COMMENT ON COLUMN contract_step.order_minor IS 'Amount, minor units.';
COMMENT ON COLUMN contract_step.effective_date IS 'Accounting date.';
COMMENT ON COLUMN contract_step.settlement_minor IS 'Settlement asked for, minor units.';
COMMENT ON COLUMN contract_step.reason IS 'Reason given.';
COMMENT ON COLUMN contract_step.request_id IS 'The caller''s request: the outcome is recorded as its answer.';
COMMENT ON COLUMN contract_step.request_digest IS 'SHA-256 of that request.';
COMMENT ON COLUMN contract_step.method IS 'Its RPC.';
COMMENT ON COLUMN contract_step.intent IS 'Its intent.';
COMMENT ON COLUMN contract_step.subject IS 'Who called.';
COMMENT ON COLUMN contract_step.on_behalf_of IS 'For whom a service called, or empty.';
COMMENT ON COLUMN contract_step.traceparent IS 'Trace context.';
COMMENT ON COLUMN contract_step.started_at IS 'When.';
ALTER TABLE contract_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE contract_step FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON contract_step USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT, DELETE ON contract_step TO :app;

CREATE TABLE import_item (
  tenant      text NOT NULL,
  request_id  uuid NOT NULL,
  project_id  uuid NOT NULL,
  digest      bytea NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, request_id),
  FOREIGN KEY (tenant, project_id) REFERENCES project
);
CREATE INDEX import_item_by_project ON import_item (tenant, project_id, recorded_at DESC);
COMMENT ON TABLE import_item IS 'Reports taken, by their request id: the same report again changes nothing.';
COMMENT ON COLUMN import_item.tenant IS 'Tenant slug.';
COMMENT ON COLUMN import_item.request_id IS 'Request id of the item, made from the source record.';
COMMENT ON COLUMN import_item.project_id IS 'Project.';
COMMENT ON COLUMN import_item.digest IS 'SHA-256 of the report without its request id.';
COMMENT ON COLUMN import_item.recorded_at IS 'When.';
ALTER TABLE import_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_item FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON import_item USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT ON import_item TO :app;

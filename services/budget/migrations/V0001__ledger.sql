-- The budget ledger: lines with their balances, the immutable journal, reservations, encumbrances, tolerance profiles and
-- fund plans. Why CHECK and WHERE guards beside the engine's own rules: the database is the second fence around money.

CREATE TABLE tolerance_profile (
  tenant text NOT NULL,
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_-]{0,39}$'),
  PRIMARY KEY (tenant, name)
);
COMMENT ON TABLE tolerance_profile IS 'A named set of availability limits; "default" is built in until a tenant defines it.';
COMMENT ON COLUMN tolerance_profile.tenant IS 'Tenant slug.';
COMMENT ON COLUMN tolerance_profile.name IS 'Name by which lines refer to it.';

CREATE TABLE tolerance_limit (
  tenant text NOT NULL,
  name text NOT NULL,
  position smallint NOT NULL,
  limit_group smallint NOT NULL CHECK (limit_group IN (1, 2)),
  usage_bp integer NOT NULL CHECK (usage_bp BETWEEN 1 AND 1000000),
  action smallint NOT NULL CHECK (action IN (1, 2, 3)),
  PRIMARY KEY (tenant, name, position),
  FOREIGN KEY (tenant, name) REFERENCES tolerance_profile (tenant, name)
);
COMMENT ON TABLE tolerance_limit IS 'One threshold of a tolerance profile.';
COMMENT ON COLUMN tolerance_limit.tenant IS 'Tenant slug.';
COMMENT ON COLUMN tolerance_limit.name IS 'Profile.';
COMMENT ON COLUMN tolerance_limit.position IS 'Place in the profile, from 0.';
COMMENT ON COLUMN tolerance_limit.limit_group IS 'ToleranceGroup: 1 COMMIT (contracts), 2 PAY (payments).';
COMMENT ON COLUMN tolerance_limit.usage_bp IS 'Usage above which it acts, basis points of authorised.';
COMMENT ON COLUMN tolerance_limit.action IS 'ToleranceAction: 1 INFO, 2 WARN, 3 BLOCK.';

CREATE TABLE budget_line (
  tenant text NOT NULL,
  line_id uuid NOT NULL,
  code text NOT NULL,
  document_no text NOT NULL,
  unit_path text COLLATE "C" NOT NULL,
  project_id uuid,
  fiscal_year integer NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  mode smallint NOT NULL CHECK (mode IN (1, 2)),
  function_class text NOT NULL,
  economic_class text NOT NULL,
  fund_nature text NOT NULL,
  direct_fund boolean NOT NULL,
  tolerance_profile text NOT NULL,
  parent_line_id uuid,
  recorded_at timestamptz NOT NULL,
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
  overspent boolean NOT NULL DEFAULT false,
  version bigint NOT NULL CHECK (version >= 0),
  approved bigint NOT NULL DEFAULT 0 CHECK (approved >= 0),
  supplemented bigint NOT NULL DEFAULT 0 CHECK (supplemented >= 0),
  reduced bigint NOT NULL DEFAULT 0 CHECK (reduced >= 0),
  transferred_in bigint NOT NULL DEFAULT 0 CHECK (transferred_in >= 0),
  transferred_out bigint NOT NULL DEFAULT 0 CHECK (transferred_out >= 0),
  allotted_in bigint NOT NULL DEFAULT 0 CHECK (allotted_in >= 0),
  allotted_down bigint NOT NULL DEFAULT 0 CHECK (allotted_down >= 0),
  frozen bigint NOT NULL DEFAULT 0 CHECK (frozen >= 0),
  encumbered bigint NOT NULL DEFAULT 0 CHECK (encumbered >= 0),
  in_transit bigint NOT NULL DEFAULT 0 CHECK (in_transit >= 0),
  paid bigint NOT NULL DEFAULT 0 CHECK (paid >= 0),
  refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  PRIMARY KEY (tenant, line_id),
  CONSTRAINT line_code_once UNIQUE (tenant, fiscal_year, code),
  CONSTRAINT active_line_has_project CHECK (project_id IS NOT NULL OR state = 1),
  CONSTRAINT refunded_within_paid CHECK (refunded <= paid),
  -- L2. Observed lines (mode 2) record what happened elsewhere, even if it overspent.
  CONSTRAINT available_not_negative CHECK (
    mode = 2 OR approved + supplemented + transferred_in + allotted_in - reduced - transferred_out - allotted_down
      - frozen - encumbered - in_transit - (paid - refunded) >= 0)
) WITH (fillfactor = 60);  -- room for updates in place: balances change with every payment and are in no index
COMMENT ON TABLE budget_line IS 'A budget line and its balances, which are the fold of its journal. Locked in order of line_id.';
COMMENT ON COLUMN budget_line.tenant IS 'Tenant slug.';
COMMENT ON COLUMN budget_line.line_id IS 'Line, made by the client.';
COMMENT ON COLUMN budget_line.code IS 'Code, unique per tenant and fiscal year.';
COMMENT ON COLUMN budget_line.document_no IS 'Number of the budget document.';
COMMENT ON COLUMN budget_line.unit_path IS 'Unit that executes the line; bytewise order, so a subtree is a range.';
COMMENT ON COLUMN budget_line.project_id IS 'Project; NULL only while pending allotment.';
COMMENT ON COLUMN budget_line.fiscal_year IS 'Fiscal year = calendar year.';
COMMENT ON COLUMN budget_line.currency IS 'ISO 4217 code.';
COMMENT ON COLUMN budget_line.mode IS 'LineMode: 1 CONTROLLED, 2 OBSERVED.';
COMMENT ON COLUMN budget_line.function_class IS 'Functional classification.';
COMMENT ON COLUMN budget_line.economic_class IS 'Economic classification.';
COMMENT ON COLUMN budget_line.fund_nature IS 'Nature of the fund.';
COMMENT ON COLUMN budget_line.direct_fund IS 'Direct fund.';
COMMENT ON COLUMN budget_line.tolerance_profile IS 'Tolerance profile.';
COMMENT ON COLUMN budget_line.parent_line_id IS 'Parent line if it came by allotment.';
COMMENT ON COLUMN budget_line.recorded_at IS 'When the line was made.';
COMMENT ON COLUMN budget_line.state IS 'LineState: 1 PENDING_ALLOTMENT, 2 ACTIVE, 3 FROZEN, 4 CLOSED.';
COMMENT ON COLUMN budget_line.overspent IS 'Observed lines: true since the first entry that overspent it.';
COMMENT ON COLUMN budget_line.version IS 'Number of the last journal entry.';
COMMENT ON COLUMN budget_line.approved IS 'Approved, minor units.';
COMMENT ON COLUMN budget_line.supplemented IS 'Supplemented, minor units.';
COMMENT ON COLUMN budget_line.reduced IS 'Reduced, minor units.';
COMMENT ON COLUMN budget_line.transferred_in IS 'Received from other lines, minor units.';
COMMENT ON COLUMN budget_line.transferred_out IS 'Given to other lines, minor units.';
COMMENT ON COLUMN budget_line.allotted_in IS 'Received from the parent line, minor units.';
COMMENT ON COLUMN budget_line.allotted_down IS 'Allotted to child lines, minor units.';
COMMENT ON COLUMN budget_line.frozen IS 'Frozen, minor units.';
COMMENT ON COLUMN budget_line.encumbered IS 'Set aside for contracts, minor units.';
COMMENT ON COLUMN budget_line.in_transit IS 'Reserved for payments under way, minor units.';
COMMENT ON COLUMN budget_line.paid IS 'Paid, gross, minor units.';
COMMENT ON COLUMN budget_line.refunded IS 'Come back, minor units.';
CREATE INDEX budget_line_by_project ON budget_line (tenant, project_id, line_id);
CREATE INDEX budget_line_by_unit ON budget_line (tenant, unit_path, line_id);

-- No foreign key to the line: the engine holds the line's lock when it writes, and VerifyLedger folds every entry; a trigger
-- per entry would only cost.
CREATE TABLE journal_entry (
  tenant text NOT NULL,
  line_id uuid NOT NULL,
  line_version bigint NOT NULL CHECK (line_version > 0),
  entry_id uuid NOT NULL,
  operation smallint NOT NULL CHECK (operation BETWEEN 1 AND 17),
  amount bigint NOT NULL CHECK (amount > 0),
  debit smallint NOT NULL CHECK (debit BETWEEN 1 AND 10),
  credit smallint NOT NULL CHECK (credit BETWEEN 1 AND 10),
  effective_date date NOT NULL,
  recorded_at timestamptz NOT NULL,
  reservation_id uuid,
  contract_id text NOT NULL,
  document_no text NOT NULL,
  counter_entry_id uuid,
  request_id uuid NOT NULL,
  actor text NOT NULL,
  overspends boolean NOT NULL,
  PRIMARY KEY (tenant, line_id, line_version),
  CONSTRAINT two_accounts CHECK (debit <> credit)
);
COMMENT ON TABLE journal_entry IS 'Double entries: one amount, debited to one account and credited to another; never updated or deleted.';
COMMENT ON COLUMN journal_entry.tenant IS 'Tenant slug.';
COMMENT ON COLUMN journal_entry.line_id IS 'Line.';
COMMENT ON COLUMN journal_entry.line_version IS 'Gap-free per line, from 1.';
COMMENT ON COLUMN journal_entry.entry_id IS 'Id, derived from line and version.';
COMMENT ON COLUMN journal_entry.operation IS 'Operation of fiscus.budget.v1.';
COMMENT ON COLUMN journal_entry.amount IS 'Amount, minor units.';
COMMENT ON COLUMN journal_entry.debit IS 'Account debited, number of domain/line.h.';
COMMENT ON COLUMN journal_entry.credit IS 'Account credited.';
COMMENT ON COLUMN journal_entry.effective_date IS 'Accounting date.';
COMMENT ON COLUMN journal_entry.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN journal_entry.reservation_id IS 'Reservation (and payment) concerned.';
COMMENT ON COLUMN journal_entry.contract_id IS 'Contract concerned, or empty.';
COMMENT ON COLUMN journal_entry.document_no IS 'Document, order or reason that justifies it, or empty.';
COMMENT ON COLUMN journal_entry.counter_entry_id IS 'Entry on the other line of a linked pair.';
COMMENT ON COLUMN journal_entry.request_id IS 'Request that caused it.';
COMMENT ON COLUMN journal_entry.actor IS 'User or service that caused it.';
COMMENT ON COLUMN journal_entry.overspends IS 'Observed lines: it took money that the line did not have.';

CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'journal entries are never changed (%): correct by a new entry', TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER journal_is_immutable BEFORE UPDATE OR DELETE ON journal_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_journal_change();
CREATE TRIGGER journal_is_kept BEFORE TRUNCATE ON journal_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();

CREATE TABLE encumbrance (
  tenant text NOT NULL,
  line_id uuid NOT NULL,
  contract_id text NOT NULL,
  open_minor bigint NOT NULL CHECK (open_minor >= 0),
  PRIMARY KEY (tenant, line_id, contract_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE encumbrance IS 'Money of a line that a contract may still take; changed only under the line''s lock.';
COMMENT ON COLUMN encumbrance.tenant IS 'Tenant slug.';
COMMENT ON COLUMN encumbrance.line_id IS 'Line.';
COMMENT ON COLUMN encumbrance.contract_id IS 'Contract; empty on observed lines whose source names none.';
COMMENT ON COLUMN encumbrance.open_minor IS 'Open encumbrance, minor units.';

CREATE TABLE reservation (
  tenant text NOT NULL,
  reservation_id uuid NOT NULL,
  line_id uuid NOT NULL,
  contract_id text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  posted bigint NOT NULL CHECK (posted BETWEEN 0 AND amount),
  refunded bigint NOT NULL CHECK (refunded BETWEEN 0 AND posted),
  state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
  effective_date date NOT NULL,
  expires_at timestamptz,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, reservation_id),
  CONSTRAINT only_posted_is_paid CHECK (state = 2 OR posted = 0)
) WITH (fillfactor = 70);
COMMENT ON TABLE reservation IS 'Money set aside for one payment; leaves PENDING once; changed only under the line''s lock.';
COMMENT ON COLUMN reservation.tenant IS 'Tenant slug.';
COMMENT ON COLUMN reservation.reservation_id IS 'The payment''s id.';
COMMENT ON COLUMN reservation.line_id IS 'Line.';
COMMENT ON COLUMN reservation.contract_id IS 'Contract whose encumbrance it uses, or empty.';
COMMENT ON COLUMN reservation.amount IS 'Reserved, minor units.';
COMMENT ON COLUMN reservation.posted IS 'Paid of it, minor units.';
COMMENT ON COLUMN reservation.refunded IS 'Come back of that, minor units.';
COMMENT ON COLUMN reservation.state IS 'ReservationState: 1 PENDING, 2 POSTED, 3 VOIDED, 4 EXPIRED.';
COMMENT ON COLUMN reservation.effective_date IS 'Accounting date of the reservation, and of its expiry.';
COMMENT ON COLUMN reservation.expires_at IS 'When a pending one expires; NULL: never.';
COMMENT ON COLUMN reservation.recorded_at IS 'When it was made.';
CREATE INDEX reservation_by_line ON reservation (tenant, line_id);

CREATE TABLE fund_plan (
  tenant text NOT NULL,
  line_id uuid NOT NULL,
  month smallint NOT NULL CHECK (month BETWEEN 1 AND 12),
  amount bigint NOT NULL CHECK (amount >= 0),
  effective_date date NOT NULL,
  PRIMARY KEY (tenant, line_id, month),
  FOREIGN KEY (tenant, line_id) REFERENCES budget_line (tenant, line_id)
);
COMMENT ON TABLE fund_plan IS 'Monthly fund plan of a line.';
COMMENT ON COLUMN fund_plan.tenant IS 'Tenant slug.';
COMMENT ON COLUMN fund_plan.line_id IS 'Line.';
COMMENT ON COLUMN fund_plan.month IS 'Month, 1 = January.';
COMMENT ON COLUMN fund_plan.amount IS 'Planned payments of the month, minor units.';
COMMENT ON COLUMN fund_plan.effective_date IS 'Accounting date on which it was set.';

ALTER TABLE tolerance_profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE tolerance_profile FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON tolerance_profile USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE tolerance_limit ENABLE ROW LEVEL SECURITY;
ALTER TABLE tolerance_limit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON tolerance_limit USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE budget_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE budget_line FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON budget_line USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON journal_entry USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE encumbrance ENABLE ROW LEVEL SECURITY;
ALTER TABLE encumbrance FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON encumbrance USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE reservation ENABLE ROW LEVEL SECURITY;
ALTER TABLE reservation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON reservation USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE fund_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE fund_plan FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON fund_plan USING (tenant = current_setting('fiscus.tenant'));

GRANT SELECT, INSERT, UPDATE ON budget_line, encumbrance, reservation, fund_plan TO :app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tolerance_limit TO :app;
GRANT SELECT, INSERT, UPDATE ON tolerance_profile TO :app;
GRANT SELECT, INSERT ON journal_entry TO :app;

-- Payments with their steps, vouchers, refunds and bank events; the lock and the sums of each contract; the cursor of the bank's feed.
-- Reason: first version. Rows of payment, payment_step, refund and bank_event are never deleted.

CREATE TABLE payment (
  tenant             text        NOT NULL,
  payment_id         uuid        NOT NULL,
  request_id         uuid        NOT NULL,
  project_id         uuid        NOT NULL,
  contract_id        uuid,
  line_id            uuid        NOT NULL,
  unit_path          text        COLLATE "C" NOT NULL,
  kind               smallint    NOT NULL CHECK (kind BETWEEN 1 AND 5),
  amount_minor       bigint      NOT NULL CHECK (amount_minor > 0),
  currency           text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  payee_name         text        NOT NULL,
  payee_account_no   text        NOT NULL,
  payee_bank_code    text        NOT NULL,
  purpose            text        NOT NULL,
  vouchers           text[]      NOT NULL CHECK (cardinality(vouchers) > 0),
  no_contract_reason text        NOT NULL,
  effective_date     date        NOT NULL,
  revises_payment_id uuid,
  state              smallint    NOT NULL CHECK (state BETWEEN 1 AND 16),
  hold               smallint    NOT NULL CHECK (hold BETWEEN 0 AND 3),
  version            bigint      NOT NULL CHECK (version >= 0),
  steps              bigint      NOT NULL CHECK (steps >= 1),
  cleared_minor      bigint      NOT NULL CHECK (cleared_minor BETWEEN 0 AND amount_minor),
  refunded_minor     bigint      NOT NULL CHECK (refunded_minor BETWEEN 0 AND cleared_minor),
  refunding_minor    bigint      NOT NULL CHECK (refunding_minor >= 0),
  clearing_minor     bigint      NOT NULL CHECK (clearing_minor BETWEEN 0 AND amount_minor),
  live_minor         bigint      NOT NULL CHECK (live_minor BETWEEN 0 AND amount_minor),
  settles_on         date,
  ordered_on         date,
  maker              text        NOT NULL,
  maker_for          text        NOT NULL,
  unit_approver      text        NOT NULL,
  finance_approver   text        NOT NULL,
  signer             text        NOT NULL,
  refusal_code       smallint,
  refusal_reason     text        NOT NULL,
  refusal_domain     text        NOT NULL,
  refusal_message    text        NOT NULL,
  refusal_figures    text        NOT NULL,
  bank_reference     text        NOT NULL,
  receipt_no         text        NOT NULL,
  expires_at         timestamptz NOT NULL,
  PRIMARY KEY (tenant, payment_id),
  CONSTRAINT payment_request UNIQUE (tenant, request_id),
  -- Y4, as the second fence: nobody takes two of the four steps.
  CONSTRAINT payment_four_eyes CHECK (
    (unit_approver = '' OR unit_approver <> maker) AND
    (finance_approver = '' OR finance_approver NOT IN (maker, unit_approver)) AND
    (signer = '' OR signer NOT IN (maker, unit_approver, finance_approver))),
  -- Y7, Y8: money is cleared if and only if the ledger has posted it, and at most that comes back.
  CONSTRAINT payment_posted CHECK ((cleared_minor > 0) = (hold = 2)),
  CONSTRAINT payment_refunds CHECK (hold <> 2 OR refunded_minor + refunding_minor <= cleared_minor)
);
CREATE INDEX payment_by_project ON payment (tenant, project_id, payment_id);
CREATE INDEX payment_by_unit ON payment (tenant, unit_path, payment_id);
COMMENT ON TABLE payment IS 'A payment request and what became of it';
COMMENT ON COLUMN payment.tenant IS 'Tenant';
COMMENT ON COLUMN payment.payment_id IS 'Id made by the client; also the reservation''s id and the end-to-end id at the bank';
COMMENT ON COLUMN payment.request_id IS 'Idempotency key of the submission';
COMMENT ON COLUMN payment.project_id IS 'Project';
COMMENT ON COLUMN payment.contract_id IS 'Contract; null: paid without one';
COMMENT ON COLUMN payment.line_id IS 'Budget line';
COMMENT ON COLUMN payment.unit_path IS 'Unit of the project';
COMMENT ON COLUMN payment.kind IS 'Number of fiscus.payments.v1.PaymentKind';
COMMENT ON COLUMN payment.amount_minor IS 'Amount asked for, minor units';
COMMENT ON COLUMN payment.currency IS 'ISO 4217';
COMMENT ON COLUMN payment.payee_name IS 'Holder of the account that is paid';
COMMENT ON COLUMN payment.payee_account_no IS 'Account number';
COMMENT ON COLUMN payment.payee_bank_code IS 'Bank code';
COMMENT ON COLUMN payment.purpose IS 'Purpose, for people and the bank';
COMMENT ON COLUMN payment.vouchers IS 'Voucher numbers as submitted';
COMMENT ON COLUMN payment.no_contract_reason IS 'Listed reason of a payment without contract, or empty';
COMMENT ON COLUMN payment.effective_date IS 'Accounting date of the request';
COMMENT ON COLUMN payment.revises_payment_id IS 'Returned payment that this one revises; null: none';
COMMENT ON COLUMN payment.state IS 'Number of fiscus.payments.v1.PaymentState';
COMMENT ON COLUMN payment.hold IS 'What the ledger holds: 0 nothing, 1 reserved, 2 posted, 3 given back';
COMMENT ON COLUMN payment.version IS 'Number of changes published';
COMMENT ON COLUMN payment.steps IS 'Number of rows of payment_step';
COMMENT ON COLUMN payment.cleared_minor IS 'Posted in the ledger, minor units';
COMMENT ON COLUMN payment.refunded_minor IS 'Refunded in the ledger, minor units';
COMMENT ON COLUMN payment.refunding_minor IS 'Came back, not yet told to the ledger, minor units';
COMMENT ON COLUMN payment.clearing_minor IS 'Cleared by the bank, not yet posted in the ledger, minor units';
COMMENT ON COLUMN payment.live_minor IS 'What it takes of its contract''s value now, minor units';
COMMENT ON COLUMN payment.settles_on IS 'Accounting date of the posting or voiding; null: neither is due';
COMMENT ON COLUMN payment.ordered_on IS 'Date of the order; null: not ordered';
COMMENT ON COLUMN payment.maker IS 'Who submitted it';
COMMENT ON COLUMN payment.maker_for IS 'On whose behalf, or empty';
COMMENT ON COLUMN payment.unit_approver IS 'Who approved it for the unit, or empty';
COMMENT ON COLUMN payment.finance_approver IS 'Who approved it for finance, or empty';
COMMENT ON COLUMN payment.signer IS 'Who ordered it, or empty';
COMMENT ON COLUMN payment.refusal_code IS 'Canonical code of the refusal or rejection; null: none';
COMMENT ON COLUMN payment.refusal_reason IS 'Reason, or empty';
COMMENT ON COLUMN payment.refusal_domain IS 'Domain of the reason, or empty';
COMMENT ON COLUMN payment.refusal_message IS 'Explanation for people, or empty';
COMMENT ON COLUMN payment.refusal_figures IS 'Names and values in turn, each followed by U+001F';
COMMENT ON COLUMN payment.bank_reference IS 'Bank''s reference, or empty';
COMMENT ON COLUMN payment.receipt_no IS 'Number of the electronic receipt, or empty';
COMMENT ON COLUMN payment.expires_at IS 'When the reservation expires unless the payment was ordered';

CREATE TABLE payment_step (
  tenant     text        NOT NULL,
  payment_id uuid        NOT NULL,
  step       bigint      NOT NULL CHECK (step >= 1),
  state      smallint    NOT NULL CHECK (state BETWEEN 1 AND 16),
  at         timestamptz NOT NULL,
  actor      text        NOT NULL,
  actor_for  text        NOT NULL,
  note       text        NOT NULL,
  PRIMARY KEY (tenant, payment_id, step)
);
COMMENT ON TABLE payment_step IS 'A step that a payment took, or a remark; never changed';
COMMENT ON COLUMN payment_step.tenant IS 'Tenant';
COMMENT ON COLUMN payment_step.payment_id IS 'Payment';
COMMENT ON COLUMN payment_step.step IS 'Number within the payment, from 1, without gaps';
COMMENT ON COLUMN payment_step.state IS 'State reached';
COMMENT ON COLUMN payment_step.at IS 'When';
COMMENT ON COLUMN payment_step.actor IS 'User or service';
COMMENT ON COLUMN payment_step.actor_for IS 'On whose behalf, or empty';
COMMENT ON COLUMN payment_step.note IS 'Opinion, bank code, reason or remark';

CREATE TABLE payment_voucher (
  tenant     text NOT NULL,
  payee_name text NOT NULL,
  voucher    text NOT NULL,
  payment_id uuid NOT NULL,
  PRIMARY KEY (tenant, payee_name, voucher)
);
CREATE INDEX payment_voucher_by_payment ON payment_voucher (tenant, payment_id);
COMMENT ON TABLE payment_voucher IS 'A voucher in use by a live payment (R61); removed when that payment is refused, returned, withdrawn or expires';
COMMENT ON COLUMN payment_voucher.tenant IS 'Tenant';
COMMENT ON COLUMN payment_voucher.payee_name IS 'Payee, whichever of its accounts is paid';
COMMENT ON COLUMN payment_voucher.voucher IS 'Number of the voucher';
COMMENT ON COLUMN payment_voucher.payment_id IS 'Payment that uses it';

CREATE TABLE contract_usage (
  tenant        text   NOT NULL,
  contract_id   uuid   NOT NULL,
  live_minor    bigint NOT NULL CHECK (live_minor >= 0),
  advance_minor bigint NOT NULL CHECK (advance_minor BETWEEN 0 AND live_minor),
  PRIMARY KEY (tenant, contract_id)
);
COMMENT ON TABLE contract_usage IS 'What the payments of a contract take of its value; its row lock makes the check against that value (C2, C3) safe';
COMMENT ON COLUMN contract_usage.tenant IS 'Tenant';
COMMENT ON COLUMN contract_usage.contract_id IS 'Contract';
COMMENT ON COLUMN contract_usage.live_minor IS 'Sum of payment.live_minor, minor units';
COMMENT ON COLUMN contract_usage.advance_minor IS 'The part of it that is advances, minor units';

CREATE TABLE refund (
  tenant          text        NOT NULL,
  refund_id       uuid        NOT NULL,
  payment_id      uuid        NOT NULL,
  amount_minor    bigint      NOT NULL CHECK (amount_minor > 0),
  source          smallint    NOT NULL CHECK (source BETWEEN 1 AND 2),
  state           smallint    NOT NULL CHECK (state BETWEEN 1 AND 3),
  effective_date  date        NOT NULL,
  actor           text        NOT NULL,
  actor_for       text        NOT NULL,
  note            text        NOT NULL,
  recorded_at     timestamptz NOT NULL,
  refusal_code    smallint,
  refusal_reason  text        NOT NULL,
  refusal_domain  text        NOT NULL,
  refusal_message text        NOT NULL,
  refusal_figures text        NOT NULL,
  answer          bytea       NOT NULL,
  PRIMARY KEY (tenant, refund_id)
);
CREATE INDEX refund_pending ON refund (tenant, payment_id, recorded_at, refund_id) WHERE state = 1;
COMMENT ON TABLE refund IS 'Money that came back for a payment';
COMMENT ON COLUMN refund.tenant IS 'Tenant';
COMMENT ON COLUMN refund.refund_id IS 'The request id of finance, or made from the bank''s event id; also the request id at the ledger';
COMMENT ON COLUMN refund.payment_id IS 'Payment';
COMMENT ON COLUMN refund.amount_minor IS 'Amount, minor units of the payment''s currency';
COMMENT ON COLUMN refund.source IS '1 recorded by finance, 2 told by the bank';
COMMENT ON COLUMN refund.state IS '1 the ledger does not know yet, 2 taken by the ledger, 3 refused by the ledger';
COMMENT ON COLUMN refund.effective_date IS 'Accounting date';
COMMENT ON COLUMN refund.actor IS 'User or service';
COMMENT ON COLUMN refund.actor_for IS 'On whose behalf, or empty';
COMMENT ON COLUMN refund.note IS 'Reason';
COMMENT ON COLUMN refund.recorded_at IS 'When';
COMMENT ON COLUMN refund.refusal_code IS 'Canonical code of the ledger''s refusal; null: none';
COMMENT ON COLUMN refund.refusal_reason IS 'Reason, or empty';
COMMENT ON COLUMN refund.refusal_domain IS 'Domain of the reason, or empty';
COMMENT ON COLUMN refund.refusal_message IS 'Explanation for people, or empty';
COMMENT ON COLUMN refund.refusal_figures IS 'Names and values in turn, each followed by U+001F';
COMMENT ON COLUMN refund.answer IS 'The payment after the refund, a serialised fiscus.payments.v1.Payment; empty until taken';

CREATE TABLE bank_event (
  tenant         text        NOT NULL,
  event_id       text        NOT NULL,
  payment_id     text        NOT NULL,
  kind           smallint    NOT NULL,
  amount_minor   bigint      NOT NULL,
  bank_reference text        NOT NULL,
  bank_code      text        NOT NULL,
  code_class     text        NOT NULL,
  receipt_no     text        NOT NULL,
  value_date     date,
  verdict        smallint    NOT NULL CHECK (verdict BETWEEN 1 AND 4),
  recorded_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant, event_id)
);
CREATE INDEX bank_event_by_payment ON bank_event (tenant, payment_id);
COMMENT ON TABLE bank_event IS 'An event at the bank as it was told first, and what was made of it; repeats are dropped by its id';
COMMENT ON COLUMN bank_event.tenant IS 'Tenant';
COMMENT ON COLUMN bank_event.event_id IS 'Bank''s id of the event';
COMMENT ON COLUMN bank_event.payment_id IS 'End-to-end id as told';
COMMENT ON COLUMN bank_event.kind IS 'Number of fiscus.payments.v1.BankEventKind';
COMMENT ON COLUMN bank_event.amount_minor IS 'Amount as told, minor units';
COMMENT ON COLUMN bank_event.bank_reference IS 'Bank''s reference, or empty';
COMMENT ON COLUMN bank_event.bank_code IS 'Bank''s code of a rejection, or empty';
COMMENT ON COLUMN bank_event.code_class IS 'Class of that code, or empty';
COMMENT ON COLUMN bank_event.receipt_no IS 'Number of the receipt, or empty';
COMMENT ON COLUMN bank_event.value_date IS 'Value date; null: not told';
COMMENT ON COLUMN bank_event.verdict IS '1 applied, 2 redundant, 3 contradictory, 4 unknown payment';
COMMENT ON COLUMN bank_event.recorded_at IS 'When it reached us first';

CREATE TABLE bank_cursor (
  adapter    text        NOT NULL PRIMARY KEY,
  cursor     bigint      NOT NULL CHECK (cursor >= 0),
  updated_at timestamptz NOT NULL
);
COMMENT ON TABLE bank_cursor IS 'How far the events of a bank adapter are applied, for all tenants: no row-level security, hence no business data';
COMMENT ON COLUMN bank_cursor.adapter IS 'Name of the adapter';
COMMENT ON COLUMN bank_cursor.cursor IS 'Cursor for the next pull';
COMMENT ON COLUMN bank_cursor.updated_at IS 'When it moved last';

ALTER TABLE payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON payment USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE payment_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_step FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON payment_step USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE payment_voucher ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_voucher FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON payment_voucher USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE contract_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE contract_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON contract_usage USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE refund ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON refund USING (tenant = current_setting('fiscus.tenant'));
ALTER TABLE bank_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON bank_event USING (tenant = current_setting('fiscus.tenant'));

GRANT SELECT, INSERT, UPDATE ON payment TO :app;
GRANT SELECT, INSERT ON payment_step TO :app;
GRANT SELECT, INSERT, UPDATE, DELETE ON payment_voucher TO :app;
GRANT SELECT, INSERT, UPDATE ON contract_usage TO :app;
GRANT SELECT, INSERT, UPDATE ON refund TO :app;
GRANT SELECT, INSERT ON bank_event TO :app;
GRANT SELECT, INSERT, UPDATE ON bank_cursor TO :app;

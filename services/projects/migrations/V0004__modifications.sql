-- Modifications of payees and of the planned end, and rejected ones. Reason: who may be paid under a contract could never be changed, a
-- modification could not be refused, and the limit of supplements (C6) needs to know to which contracts it applies.

ALTER TABLE modification
  DROP CONSTRAINT modification_delta_minor_check,
  DROP CONSTRAINT modification_four_eyes,
  ADD COLUMN new_end         date,
  ADD COLUMN rejected        boolean NOT NULL DEFAULT false,
  ADD COLUMN decision_reason text NOT NULL DEFAULT '',
  ADD CONSTRAINT modification_decided_once CHECK (NOT (effective AND rejected)),
  ADD CONSTRAINT modification_four_eyes CHECK ((effective OR rejected) = (approved_by <> '') AND approved_by <> drafted_by);
COMMENT ON COLUMN modification.delta_minor IS 'Change of value, minor units; 0: only payees or the end change.';
COMMENT ON COLUMN modification.approved_by IS 'Who made it effective or rejected it; empty: nobody yet.';
COMMENT ON COLUMN modification.new_end IS 'Planned end from then on; NULL: as before.';
COMMENT ON COLUMN modification.rejected IS 'Will never be in force.';
COMMENT ON COLUMN modification.decision_reason IS 'Reason of a rejection.';

CREATE TABLE modification_payee (
  tenant          text NOT NULL,
  modification_id uuid NOT NULL,
  ordinal         integer NOT NULL,
  name            text NOT NULL,
  account_no      text NOT NULL,
  bank_code       text NOT NULL,
  PRIMARY KEY (tenant, modification_id, ordinal),
  FOREIGN KEY (tenant, modification_id) REFERENCES modification
);
COMMENT ON TABLE modification_payee IS 'Accounts that may be paid once the modification is in force (C7); none: as before.';
COMMENT ON COLUMN modification_payee.tenant IS 'Tenant slug.';
COMMENT ON COLUMN modification_payee.modification_id IS 'Modification.';
COMMENT ON COLUMN modification_payee.ordinal IS 'Place in the list, from 1.';
COMMENT ON COLUMN modification_payee.name IS 'Holder.';
COMMENT ON COLUMN modification_payee.account_no IS 'Account number.';
COMMENT ON COLUMN modification_payee.bank_code IS 'Bank code.';
ALTER TABLE modification_payee ENABLE ROW LEVEL SECURITY;
ALTER TABLE modification_payee FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON modification_payee USING (tenant = current_setting('fiscus.tenant'));
GRANT SELECT, INSERT ON modification_payee TO :app;

GRANT DELETE ON contract_payee TO :app;

ALTER TABLE contract ADD COLUMN tendered_works boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN contract.tendered_works IS 'Works under the tendering law: the limit of supplements (C6) does not bind.';

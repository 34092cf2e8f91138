-- Contracts that were closed or terminated: what is given up or comes back under them is no longer theirs, else nothing could
-- take it or release it. The default makes the release before this one right: it knows of no contract that is over.
ALTER TABLE encumbrance
  ADD COLUMN contract_over boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT nothing_open_when_over CHECK (NOT contract_over OR open_minor = 0);
COMMENT ON COLUMN encumbrance.contract_over IS 'The contract was closed or terminated: nothing is open, and what comes back goes to the executable budget.';

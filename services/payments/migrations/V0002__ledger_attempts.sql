-- Attempts of a command that the ledger refused. Why: the ledger repeats a recorded refusal to the same request id for ever, so the cause could
-- be mended without any effect.

ALTER TABLE payment ADD COLUMN ledger_attempt bigint NOT NULL DEFAULT 0 CHECK (ledger_attempt >= 0);
COMMENT ON COLUMN payment.ledger_attempt IS 'Refusals by the ledger of the command that this payment owes it now; part of the command''s request id';

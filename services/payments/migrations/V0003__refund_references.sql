-- The key by which one return of money is known to finance and to the bank. Why: what both tell of came back once.

ALTER TABLE refund ADD COLUMN bank_reference text NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN bank_event_id text NOT NULL DEFAULT '';
COMMENT ON COLUMN refund.bank_reference IS 'The bank''s reference of the return, or empty';
COMMENT ON COLUMN refund.bank_event_id IS 'The event by which the bank told of it, or empty: not yet, or no reference to know it by';
CREATE INDEX refund_by_payment ON refund (tenant, payment_id) WHERE bank_reference <> '';

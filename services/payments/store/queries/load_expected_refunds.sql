-- Refunds of payments ($1 uuid[]) that finance recorded with the bank's reference and of which the bank has not told yet; those that the
-- ledger refused are left out; locks nothing; refund_by_payment.
SELECT refund_id, payment_id, bank_reference, amount_minor
FROM refund
WHERE tenant = current_setting('fiscus.tenant') AND payment_id = ANY ($1::uuid[])
  AND bank_reference <> '' AND bank_event_id = '' AND source = 1 AND state <> 3
ORDER BY recorded_at, refund_id

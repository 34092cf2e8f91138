-- A refund of a payment ($1 uuid) of this amount ($3) under this bank's reference ($2), unless the ledger refused it; locks nothing;
-- refund_by_payment.
SELECT refund_id
FROM refund
WHERE tenant = current_setting('fiscus.tenant') AND payment_id = $1::uuid AND bank_reference = $2::text AND bank_reference <> ''
  AND amount_minor = $3::bigint AND state <> 3
ORDER BY recorded_at, refund_id
LIMIT 1

-- The oldest refund of a payment ($1 uuid) that the ledger does not know yet; locks nothing; refund_pending.
SELECT refund_id, payment_id, amount_minor, source, state, effective_date, actor, actor_for, note, recorded_at,
  refusal_code, refusal_reason, refusal_domain, refusal_message, refusal_figures, answer
FROM refund
WHERE tenant = current_setting('fiscus.tenant') AND payment_id = $1::uuid AND state = 1
ORDER BY recorded_at, refund_id
LIMIT 1

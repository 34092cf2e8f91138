-- A refund ($1 uuid); locks nothing; primary key.
SELECT refund_id, payment_id, amount_minor, source, state, effective_date, actor, actor_for, note, recorded_at,
  refusal_code, refusal_reason, refusal_domain, refusal_message, refusal_figures, answer
FROM refund
WHERE tenant = current_setting('fiscus.tenant') AND refund_id = $1::uuid

-- Records a refund that the ledger does not know yet ($1 id, $2 payment, $3 amount, $4 source, $5 date, $6 actor, $7 on whose
-- behalf, $8 note, $9 time, $10 the bank's reference and $11 event, or empty); a taken id is a unique violation; primary key.
INSERT INTO refund (tenant, refund_id, payment_id, amount_minor, source, state, effective_date, actor, actor_for, note,
  recorded_at, refusal_code, refusal_reason, refusal_domain, refusal_message, refusal_figures, answer,
  bank_reference, bank_event_id)
VALUES (current_setting('fiscus.tenant'), $1::uuid, $2::uuid, $3::bigint, $4::smallint, 1, $5::date, $6::text, $7::text,
  $8::text, $9::timestamptz, NULL, '', '', '', '', '', $10::text, $11::text)

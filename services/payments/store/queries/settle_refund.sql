-- The ledger has answered a refund ($1 uuid): $2 state, $3 code to $7 figures of its refusal, $8 the payment after it. Changes no
-- row if it was settled before; primary key.
UPDATE refund SET state = $2::smallint, refusal_code = $3::smallint, refusal_reason = $4::text, refusal_domain = $5::text,
  refusal_message = $6::text, refusal_figures = $7::text, answer = $8::bytea
WHERE tenant = current_setting('fiscus.tenant') AND refund_id = $1::uuid AND state = 1

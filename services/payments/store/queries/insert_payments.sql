-- Inserts payments, one array per column ($14 vouchers joined by U+001F); a taken id is a unique violation; primary key,
-- payment_request.
INSERT INTO payment (tenant,
  payment_id, request_id, project_id, contract_id, line_id, unit_path, kind, amount_minor, currency, payee_name,
  payee_account_no, payee_bank_code, purpose, vouchers, no_contract_reason, effective_date, revises_payment_id, maker,
  maker_for, expires_at, state, hold, version, steps, cleared_minor, refunded_minor, refunding_minor, clearing_minor,
  live_minor, settles_on, ordered_on, unit_approver, finance_approver, signer, refusal_code, refusal_reason,
  refusal_domain, refusal_message, refusal_figures, bank_reference, receipt_no, ledger_attempt)
SELECT current_setting('fiscus.tenant'),
  payment_id, request_id, project_id, contract_id, line_id, unit_path, kind, amount_minor, currency, payee_name,
  payee_account_no, payee_bank_code, purpose, string_to_array(vouchers, E'\x1f'), no_contract_reason, effective_date,
  revises_payment_id, maker, maker_for, expires_at, state, hold, version, steps, cleared_minor, refunded_minor,
  refunding_minor, clearing_minor, live_minor, settles_on, ordered_on, unit_approver, finance_approver, signer,
  refusal_code, refusal_reason, refusal_domain, refusal_message, refusal_figures, bank_reference, receipt_no, ledger_attempt
FROM unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::smallint[], $8::bigint[], $9::text[],
  $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::date[], $17::uuid[], $18::text[],
  $19::text[], $20::timestamptz[], $21::smallint[], $22::smallint[], $23::bigint[], $24::bigint[], $25::bigint[],
  $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[], $30::date[], $31::date[], $32::text[], $33::text[],
  $34::text[], $35::smallint[], $36::text[], $37::text[], $38::text[], $39::text[], $40::text[], $41::text[],
  $42::bigint[])
  AS fresh (
    payment_id, request_id, project_id, contract_id, line_id, unit_path, kind, amount_minor, currency, payee_name,
    payee_account_no, payee_bank_code, purpose, vouchers, no_contract_reason, effective_date, revises_payment_id,
    maker, maker_for, expires_at, state, hold, version, steps, cleared_minor, refunded_minor, refunding_minor,
    clearing_minor, live_minor, settles_on, ordered_on, unit_approver, finance_approver, signer, refusal_code,
    refusal_reason, refusal_domain, refusal_message, refusal_figures, bank_reference, receipt_no, ledger_attempt)

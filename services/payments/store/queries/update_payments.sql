-- Changes payments that the transaction has locked, one array per column; primary key.
UPDATE payment SET
  state = changed.state, hold = changed.hold, version = changed.version, steps = changed.steps,
  cleared_minor = changed.cleared_minor, refunded_minor = changed.refunded_minor,
  refunding_minor = changed.refunding_minor, clearing_minor = changed.clearing_minor, live_minor = changed.live_minor,
  settles_on = changed.settles_on, ordered_on = changed.ordered_on, unit_approver = changed.unit_approver,
  finance_approver = changed.finance_approver, signer = changed.signer, refusal_code = changed.refusal_code,
  refusal_reason = changed.refusal_reason, refusal_domain = changed.refusal_domain,
  refusal_message = changed.refusal_message, refusal_figures = changed.refusal_figures,
  bank_reference = changed.bank_reference, receipt_no = changed.receipt_no, ledger_attempt = changed.ledger_attempt
FROM unnest(
  $1::uuid[], $2::smallint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
  $9::bigint[], $10::bigint[], $11::date[], $12::date[], $13::text[], $14::text[], $15::text[], $16::smallint[],
  $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::bigint[])
  AS changed (
    payment_id, state, hold, version, steps, cleared_minor, refunded_minor, refunding_minor, clearing_minor,
    live_minor, settles_on, ordered_on, unit_approver, finance_approver, signer, refusal_code, refusal_reason,
    refusal_domain, refusal_message, refusal_figures, bank_reference, receipt_no, ledger_attempt)
WHERE payment.tenant = current_setting('fiscus.tenant') AND payment.payment_id = changed.payment_id

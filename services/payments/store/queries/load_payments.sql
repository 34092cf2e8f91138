-- Payments by id ($1 uuid[]); locks nothing; primary key.
SELECT payment_id, request_id, project_id, contract_id, line_id, unit_path, kind, amount_minor, currency, payee_name,
  payee_account_no, payee_bank_code, purpose, array_to_string(vouchers, E'\x1f') AS vouchers, no_contract_reason,
  effective_date, revises_payment_id, state, hold, version, steps, cleared_minor, refunded_minor, refunding_minor,
  clearing_minor, settles_on, ordered_on, maker, maker_for, unit_approver, finance_approver, signer, refusal_code,
  refusal_reason, refusal_domain, refusal_message, refusal_figures, bank_reference, receipt_no, ledger_attempt,
  expires_at
FROM payment
WHERE tenant = current_setting('fiscus.tenant') AND payment_id = ANY ($1::uuid[])
ORDER BY payment_id

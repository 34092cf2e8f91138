-- A page of payments after $1 (uuid or null) of the units $2 (text[] of path prefixes), of project $3 and state $4 (null: all),
-- at most $5; locks nothing; primary key or payment_by_project.
SELECT payment_id, request_id, project_id, contract_id, line_id, unit_path, kind, amount_minor, currency, payee_name,
  payee_account_no, payee_bank_code, purpose, array_to_string(vouchers, E'\x1f') AS vouchers, no_contract_reason,
  effective_date, revises_payment_id, state, hold, version, steps, cleared_minor, refunded_minor, refunding_minor,
  clearing_minor, settles_on, ordered_on, maker, maker_for, unit_approver, finance_approver, signer, refusal_code,
  refusal_reason, refusal_domain, refusal_message, refusal_figures, bank_reference, receipt_no, ledger_attempt,
  expires_at
FROM payment
WHERE tenant = current_setting('fiscus.tenant')
  AND ($1::uuid IS NULL OR payment_id > $1::uuid)
  AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS scope WHERE starts_with(unit_path, scope))
  AND ($3::uuid IS NULL OR project_id = $3::uuid)
  AND ($4::smallint IS NULL OR state = $4::smallint)
ORDER BY payment_id
LIMIT $5::bigint

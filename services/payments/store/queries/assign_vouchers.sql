-- Gives vouchers claimed in this transaction to the payments that keep them ($1 payees, $2 vouchers, $3 payments); primary key.
UPDATE payment_voucher SET payment_id = kept.payment_id
FROM unnest($1::text[], $2::text[], $3::uuid[]) AS kept (payee_name, voucher, payment_id)
WHERE payment_voucher.tenant = current_setting('fiscus.tenant')
  AND payment_voucher.payee_name = kept.payee_name AND payment_voucher.voucher = kept.voucher

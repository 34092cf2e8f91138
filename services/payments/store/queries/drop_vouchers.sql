-- Frees vouchers claimed in this transaction that no payment keeps ($1 payees, $2 vouchers); primary key.
DELETE FROM payment_voucher
USING unnest($1::text[], $2::text[]) AS freed (payee_name, voucher)
WHERE payment_voucher.tenant = current_setting('fiscus.tenant')
  AND payment_voucher.payee_name = freed.payee_name AND payment_voucher.voucher = freed.voucher

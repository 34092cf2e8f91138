-- Payments that use these vouchers ($1 payees, $2 vouchers); locks nothing; primary key.
SELECT used.payee_name, used.voucher, used.payment_id
FROM unnest($1::text[], $2::text[]) AS asked (payee_name, voucher)
JOIN payment_voucher AS used
  ON used.tenant = current_setting('fiscus.tenant') AND used.payee_name = asked.payee_name AND used.voucher = asked.voucher

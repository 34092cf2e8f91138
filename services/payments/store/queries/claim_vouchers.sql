-- Claims vouchers ($1 payees, $2 vouchers, $3 payments; distinct pairs) in key order, waiting for writers of the same ones;
-- returns those that were free; primary key.
INSERT INTO payment_voucher (tenant, payee_name, voucher, payment_id)
SELECT current_setting('fiscus.tenant'), payee_name, voucher, payment_id
FROM unnest($1::text[], $2::text[], $3::uuid[]) AS fresh (payee_name, voucher, payment_id)
ORDER BY payee_name, voucher
ON CONFLICT (tenant, payee_name, voucher) DO NOTHING
RETURNING payee_name, voucher

-- Frees all vouchers of payments that have died or were refunded in full ($1 uuid[]); payment_voucher_by_payment.
DELETE FROM payment_voucher
WHERE tenant = current_setting('fiscus.tenant') AND payment_id = ANY ($1::uuid[])

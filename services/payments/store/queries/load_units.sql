-- Units of payments ($1 uuid[]); locks nothing; primary key.
SELECT payment_id, unit_path
FROM payment
WHERE tenant = current_setting('fiscus.tenant') AND payment_id = ANY ($1::uuid[])

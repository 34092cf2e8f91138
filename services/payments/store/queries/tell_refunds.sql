-- The bank has told of refunds ($1 uuid[]) by these events ($2 text[]); the payments' locks are held; primary key.
UPDATE refund SET bank_event_id = told.bank_event_id
FROM unnest($1::uuid[], $2::text[]) AS told (refund_id, bank_event_id)
WHERE refund.tenant = current_setting('fiscus.tenant') AND refund.refund_id = told.refund_id

-- Marks events whose delivery Kafka acknowledged. Primary key.
-- $1 outbox ids
UPDATE outbox SET sent_at = now() WHERE outbox_id = ANY ($1::bigint[]) AND sent_at IS NULL

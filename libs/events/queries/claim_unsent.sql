-- Unsent events, oldest first, whatever committed when. outbox_unsent.
-- $1 limit
SELECT outbox_id, event_id, tenant, aggregate, sequence, partition_key, broadcast, type, subject, actor, traceparent, recorded_at, payload
FROM outbox WHERE sent_at IS NULL ORDER BY outbox_id LIMIT $1::int

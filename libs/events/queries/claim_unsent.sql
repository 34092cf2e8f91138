-- Unsent events, oldest first, whatever committed when; not those of held aggregates. outbox_unsent.
-- $1 limit
SELECT o.outbox_id, o.event_id, o.tenant, o.aggregate, o.sequence, o.partition_key, o.broadcast, o.type, o.subject, o.actor, o.traceparent,
       o.recorded_at, o.payload
FROM outbox AS o
WHERE o.sent_at IS NULL
  AND NOT EXISTS (SELECT FROM outbox_held AS h WHERE h.tenant = o.tenant AND h.aggregate = o.aggregate)
ORDER BY o.outbox_id LIMIT $1::int

-- Appends events in the order of the arrays.
-- $1 tenant, arrays: $2 event ids, $3 aggregates, $4 sequences, $5 keys, $6 types, $7 subjects, $8 payloads; $9 broadcast, arrays: $10 actors, $11 traceparents; $12 now
INSERT INTO outbox (event_id, tenant, aggregate, sequence, partition_key, broadcast, type, subject, actor, traceparent, recorded_at, payload)
SELECT e.event_id, $1, e.aggregate, e.sequence, e.partition_key, $9::boolean, e.type, e.subject, e.actor, e.traceparent, $12::timestamptz, e.payload
FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[], $10::text[], $11::text[])
  WITH ORDINALITY AS e (event_id, aggregate, sequence, partition_key, type, subject, payload, actor, traceparent, ordinal)
ORDER BY e.ordinal

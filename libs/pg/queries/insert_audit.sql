-- Appends audit records.
-- $1 tenant, then arrays: $2 times, $3 actors, $4 on behalf of, $5 intents, $6 methods, $7 request ids, $8 subjects, $9 before, $10 after, $11 traceparents
INSERT INTO audit_log (tenant, recorded_at, actor, on_behalf_of, intent, method, request_id, subject, before_digest, after_digest, traceparent)
SELECT $1, a.recorded_at, a.actor, a.on_behalf_of, a.intent, a.method, a.request_id, a.subject, a.before_digest, a.after_digest, a.traceparent
FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::bytea[], $10::bytea[], $11::text[])
  AS a (recorded_at, actor, on_behalf_of, intent, method, request_id, subject, before_digest, after_digest, traceparent)

-- Publishes revocations. The caller has run lock_revocations. $1 tenant, $2 subjects, $3 of sessions, $4 not before (ms), $5 expiry.
INSERT INTO revocation (tenant, cursor, subject, of_session, not_before_ms, expires_at)
SELECT $1::text, nextval('revocation_cursor'), s.subject, $3::boolean, $4::bigint, $5::timestamptz
FROM unnest($2::uuid[]) AS s (subject)

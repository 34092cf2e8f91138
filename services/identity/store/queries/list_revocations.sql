-- Revocations of all tenants after a cursor that still matter, in order. A cursor beyond the last number belongs to another life
-- of this database (a restore), so everything is given. Index revocation_by_cursor. $1 cursor, $2 now, $3 rows at most.
SELECT tenant, cursor, subject, of_session, not_before_ms
FROM revocation
WHERE cursor > (SELECT CASE WHEN $1::bigint > last_value THEN 0 ELSE $1::bigint END FROM revocation_cursor)
  AND expires_at > $2::timestamptz
ORDER BY cursor
LIMIT $3::bigint

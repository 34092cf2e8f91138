-- Writes what commands and the clock change of alerts. Locks the rows, which the caller has locked; primary key. 23505 as in save_alert.
-- $1 tenant, then arrays: $2 alert ids, $3 states, $4 clear since or null, $5 limits from, $6 submitted on or null, $7 due on or null,
-- $8 next check on or null, $9 escalation levels, $10 versions
UPDATE alert AS a
SET state = n.state, clear_since = n.clear_since, limits_from = n.limits_from, submitted_on = n.submitted_on, due_on = n.due_on,
    next_check_on = n.next_check_on, escalation_level = n.escalation_level, version = n.version
FROM unnest($2::uuid[], $3::smallint[], $4::date[], $5::date[], $6::date[], $7::date[], $8::date[], $9::smallint[], $10::bigint[])
  AS n (alert_id, state, clear_since, limits_from, submitted_on, due_on, next_check_on, escalation_level, version)
WHERE a.tenant = $1 AND a.alert_id = n.alert_id

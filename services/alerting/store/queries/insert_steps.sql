-- Appends steps to the histories of alerts, whose rows the caller has locked. Primary key.
-- $1 tenant, $2 time, $3 actor, $4 on behalf of, then arrays: $5 alert ids, $6 states, $7 business dates, $8 notes, $9 levels
INSERT INTO alert_step (tenant, alert_id, step, state, business_date, at, actor, on_behalf_of, note, escalation_level)
SELECT $1, n.alert_id,
       row_number() OVER (PARTITION BY n.alert_id ORDER BY n.place)
         + (SELECT coalesce(max(s.step), 0) FROM alert_step AS s WHERE s.tenant = $1 AND s.alert_id = n.alert_id),
       n.state, n.business_date, $2::timestamptz, $3, $4, n.note, n.escalation_level
FROM unnest($5::uuid[], $6::smallint[], $7::date[], $8::text[], $9::smallint[]) WITH ORDINALITY
  AS n (alert_id, state, business_date, note, escalation_level, place)

-- History of an alert, oldest first. Locks nothing; primary key.
-- $1 tenant, $2 alert id
SELECT s.state, s.at, s.actor, s.on_behalf_of, s.note, s.escalation_level
FROM alert_step AS s
WHERE s.tenant = $1 AND s.alert_id = $2::uuid
ORDER BY s.step

-- A chunk of the open alerts, whose due days a change of the calendar moves. Locks the rows; primary key.
-- $1 tenant, $2 last alert id of the chunk before (nil UUID: first chunk), $3 limit
SELECT a.alert_id, a.fingerprint, a.ordinal, a.state, a.severity, a.rule_id, a.rule_version, a.title, a.subject, a.project_id,
       a.unit_path, a.message, a.citation, array_to_string(a.fact_names, ',') AS fact_names,
       array_to_string(a.fact_values, ',') AS fact_values, a.last_warning_id, a.caused_by, a.caused_at, a.as_of, a.occurrences,
       a.clear_since, a.limits_from, a.submitted_on, a.due_on, a.next_check_on, a.escalation_level, a.raised_at, a.version
FROM alert AS a
WHERE a.tenant = $1 AND a.state NOT IN (4, 8, 9) AND a.alert_id > $2::uuid
ORDER BY a.alert_id
LIMIT $3::int
FOR UPDATE OF a

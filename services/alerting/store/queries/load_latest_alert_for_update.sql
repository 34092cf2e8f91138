-- The latest alert of a fingerprint. Locks its row; alert_ordinal.
-- $1 tenant, $2 fingerprint
SELECT a.alert_id, a.fingerprint, a.ordinal, a.state, a.severity, a.rule_id, a.rule_version, a.title, a.subject, a.project_id,
       a.unit_path, a.message, a.citation, array_to_string(a.fact_names, ',') AS fact_names,
       array_to_string(a.fact_values, ',') AS fact_values, a.last_warning_id, a.caused_by, a.caused_at, a.as_of, a.occurrences,
       a.clear_since, a.limits_from, a.submitted_on, a.due_on, a.next_check_on, a.escalation_level, a.raised_at, a.version
FROM alert AS a
WHERE a.tenant = $1 AND a.fingerprint = $2
ORDER BY a.ordinal DESC
LIMIT 1
FOR UPDATE OF a

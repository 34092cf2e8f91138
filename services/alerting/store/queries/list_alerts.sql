-- A page of alerts in the caller's units, ordered by id. Locks nothing; primary key.
-- $1 tenant, $2 unit paths, $3 project or null, $4 open only, $5 rule or null, $6 least severity, $7 last id of the page before, $8 limit
SELECT a.alert_id, a.fingerprint, a.ordinal, a.state, a.severity, a.rule_id, a.rule_version, a.title, a.subject, a.project_id,
       a.unit_path, a.message, a.citation, array_to_string(a.fact_names, ',') AS fact_names,
       array_to_string(a.fact_values, ',') AS fact_values, a.last_warning_id, a.caused_by, a.caused_at, a.as_of, a.occurrences,
       a.clear_since, a.limits_from, a.submitted_on, a.due_on, a.next_check_on, a.escalation_level, a.raised_at, a.version
FROM alert AS a
WHERE a.tenant = $1 AND a.alert_id > $7::uuid
  AND EXISTS (SELECT FROM unnest($2::text[]) AS scope (path) WHERE starts_with(a.unit_path, scope.path COLLATE "C"))
  AND ($3::uuid IS NULL OR a.project_id = $3::uuid)
  AND (NOT $4::boolean OR a.state NOT IN (4, 8, 9))
  AND ($5::text IS NULL OR a.rule_id = $5::text)
  AND a.severity >= $6::smallint
ORDER BY a.alert_id
LIMIT $8::int

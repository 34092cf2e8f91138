-- Writes an alert that a warning raised or joined. Locks its row; primary key. A second open alert of a fingerprint, or a second
-- one of an ordinal, fails with 23505: another transaction was quicker.
-- $1 tenant, $2 alert id, then the columns in their order
INSERT INTO alert (tenant, alert_id, fingerprint, ordinal, state, severity, rule_id, rule_version, title, subject,
  project_id, unit_path, message, citation, fact_names, fact_values, last_warning_id, caused_by, caused_at, as_of,
  occurrences, clear_since, limits_from, submitted_on, due_on, next_check_on, escalation_level, raised_at, version)
VALUES ($1, $2::uuid, $3, $4::int, $5::smallint, $6::smallint, $7, $8, $9, $10, $11::uuid, $12, $13, $14, $15::text[],
  $16::bigint[], $17::uuid, $18, $19, $20::date, $21::int, $22::date, $23::date, $24::date, $25::date, $26::date,
  $27::smallint, $28::timestamptz, $29::bigint)
ON CONFLICT (tenant, alert_id) DO UPDATE SET
  state = excluded.state,
  severity = excluded.severity,
  rule_version = excluded.rule_version,
  title = excluded.title,
  message = excluded.message,
  citation = excluded.citation,
  fact_names = excluded.fact_names,
  fact_values = excluded.fact_values,
  last_warning_id = excluded.last_warning_id,
  caused_by = excluded.caused_by,
  caused_at = excluded.caused_at,
  as_of = excluded.as_of,
  occurrences = excluded.occurrences,
  clear_since = excluded.clear_since,
  limits_from = excluded.limits_from,
  submitted_on = excluded.submitted_on,
  due_on = excluded.due_on,
  next_check_on = excluded.next_check_on,
  escalation_level = excluded.escalation_level,
  version = excluded.version

-- Keeps a warning as evidence of an alert; a warning is taken in once. Primary key.
-- $1 tenant, $2 alert id, $3 warning id, $4 severity, $5 rule version, $6 message, $7 fact names, $8 fact values, $9 caused by,
-- $10 caused at, $11 business date, $12 now
INSERT INTO alert_evidence
  (tenant, alert_id, warning_id, severity, rule_version, message, fact_names, fact_values, caused_by, caused_at, as_of, received_at)
VALUES ($1, $2::uuid, $3::uuid, $4::smallint, $5, $6, $7::text[], $8::bigint[], $9, $10, $11::date, $12::timestamptz)

-- Warnings kept for an alert.
-- $1 tenant, $2 alert id
SELECT count(*) AS count FROM alert_evidence WHERE tenant = $1 AND alert_id = $2::uuid

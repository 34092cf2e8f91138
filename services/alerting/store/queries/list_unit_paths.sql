-- Alerted units of alerts. Locks nothing; primary key.
-- $1 tenant, $2 alert ids
SELECT a.alert_id, a.unit_path
FROM alert AS a
WHERE a.tenant = $1 AND a.alert_id = ANY ($2::uuid[])

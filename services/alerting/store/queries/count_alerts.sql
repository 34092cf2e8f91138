-- Alerts in the caller's units by rule, severity and state. Locks nothing; reads the tenant's alerts by primary key.
-- $1 tenant, $2 unit paths
SELECT a.rule_id, a.severity, a.state, count(*) AS alerts
FROM alert AS a
WHERE a.tenant = $1
  AND EXISTS (SELECT FROM unnest($2::text[]) AS scope (path) WHERE starts_with(a.unit_path, scope.path COLLATE "C"))
GROUP BY a.rule_id, a.severity, a.state
ORDER BY a.rule_id COLLATE "C", a.severity, a.state

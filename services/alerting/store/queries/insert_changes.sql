-- Appends to the tenant's log of changes, whose head the caller has locked. Primary key.
-- $1 tenant, $2 position before the first, then arrays: $3 alert ids, $4 unit paths, $5 projects or null, $6 states before, $7 alerts
INSERT INTO alert_change (tenant, position, alert_id, unit_path, project_id, from_state, alert)
SELECT $1, $2::bigint + n.place, n.alert_id, n.unit_path, n.project_id, n.from_state, n.alert
FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::smallint[], $7::bytea[]) WITH ORDINALITY
  AS n (alert_id, unit_path, project_id, from_state, alert, place)

-- What the children of a project claim (P2, P3, P4), rejected and cancelled ones aside; dates that are waived do not count. The parent is
-- locked, so no child comes or grows meanwhile. Units sort by bytes: between the first and the last one that
-- begin with a path, all do. project_by_parent.
-- $1 tenant, $2 parent, $3 child that is decided about
SELECT count(*) AS children,
  coalesce(sum(approved_investment_minor), 0)::bigint AS investment_minor,
  coalesce(min(unit_path), '') AS first_unit,
  coalesce(max(unit_path), '') AS last_unit,
  min(planned_start) FILTER (WHERE NOT waived) AS first_start,
  max(planned_end) FILTER (WHERE NOT waived) AS last_end
FROM project
CROSS JOIN LATERAL (
  SELECT EXISTS (
    SELECT FROM project_document AS d
    WHERE d.tenant = project.tenant AND d.project_id = project.project_id AND d.kind = 'DATES_WAIVER') AS waived
) AS waiver
WHERE tenant = $1 AND parent_project_id = $2::uuid AND project_id <> $3::uuid AND state NOT IN (14, 16)

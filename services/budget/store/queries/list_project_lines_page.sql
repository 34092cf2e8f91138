-- Lines of one project in the caller's units, by id. Locks nothing; budget_line_by_project.
-- $1 tenant, $2 unit paths in scope, $3 under this path or '', $4 fiscal year or 0, $5 after this line, $6 limit, $7 project
SELECT line_id, code, document_no, unit_path, project_id, fiscal_year, currency, mode, function_class, economic_class, fund_nature,
  direct_fund, tolerance_profile, parent_line_id, state, overspent, version, approved, supplemented, reduced, transferred_in,
  transferred_out, allotted_in, allotted_down, frozen, encumbered, in_transit, paid, refunded
FROM budget_line AS l
WHERE l.tenant = $1 AND l.project_id = $7::uuid AND l.line_id > $5::uuid
  AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS scope (path) WHERE starts_with(l.unit_path, scope.path))
  AND starts_with(l.unit_path, $3) AND ($4::int = 0 OR l.fiscal_year = $4::int)
ORDER BY l.line_id
LIMIT $6::int

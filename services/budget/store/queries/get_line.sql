-- One line. Locks nothing; primary key.
-- $1 tenant, $2 line
SELECT line_id, code, document_no, unit_path, project_id, fiscal_year, currency, mode, function_class, economic_class, fund_nature,
  direct_fund, tolerance_profile, parent_line_id, state, overspent, version, approved, supplemented, reduced, transferred_in,
  transferred_out, allotted_in, allotted_down, frozen, encumbered, in_transit, paid, refunded
FROM budget_line
WHERE tenant = $1 AND line_id = $2::uuid

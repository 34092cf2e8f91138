-- The lines of a group of commands, by id or by one of their reservations. Row locks, always in order of line_id: two groups cannot
-- deadlock on lines. Primary keys; joins instead of = ANY, which a generic plan may answer by comparing every row with every id. -- hot
-- $1 tenant, $2 line ids, $3 reservation ids
SELECT line_id, code, document_no, unit_path, project_id, fiscal_year, currency, mode, function_class, economic_class, fund_nature,
  direct_fund, tolerance_profile, parent_line_id, state, overspent, version, approved, supplemented, reduced, transferred_in,
  transferred_out, allotted_in, allotted_down, frozen, encumbered, in_transit, paid, refunded
FROM budget_line
WHERE tenant = $1 AND line_id IN (
  SELECT unnest($2::uuid[])
  UNION
  SELECT r.line_id
  FROM unnest($3::uuid[]) AS wanted (reservation_id)
  JOIN reservation AS r ON r.tenant = $1 AND r.reservation_id = wanted.reservation_id)
ORDER BY line_id
FOR UPDATE

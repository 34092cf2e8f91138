-- The lines of a group of commands, by id or by one of their reservations. Row locks, always in order of line_id: two groups cannot
-- deadlock on lines. Primary keys, once per id: the subqueries are entered in the order of their ids and cannot be flattened into a
-- scan of the tenant's rows. Waits for a row 300 ms at most (55P03): the timeout is set, for the transaction, before the first row
-- is locked, since locking comes after the scan's conditions. -- hot
-- $1 tenant, $2 line ids, $3 reservation ids
SELECT l.line_id, l.code, l.document_no, l.unit_path, l.project_id, l.fiscal_year, l.currency, l.mode, l.function_class, l.economic_class,
  l.fund_nature, l.direct_fund, l.tolerance_profile, l.parent_line_id, l.state, l.overspent, l.version, l.approved, l.supplemented,
  l.reduced, l.transferred_in, l.transferred_out, l.allotted_in, l.allotted_down, l.frozen, l.encumbered, l.in_transit, l.paid,
  l.refunded
FROM (
  SELECT line_id
  FROM (
    SELECT unnest($2::uuid[]) AS line_id
    UNION
    SELECT r.line_id
    FROM unnest($3::uuid[]) AS known (reservation_id)
    CROSS JOIN LATERAL (
      SELECT line_id FROM reservation WHERE tenant = $1 AND reservation_id = known.reservation_id OFFSET 0) AS r) AS named
  ORDER BY line_id) AS wanted
CROSS JOIN LATERAL (
  SELECT line_id, code, document_no, unit_path, project_id, fiscal_year, currency, mode, function_class, economic_class, fund_nature,
    direct_fund, tolerance_profile, parent_line_id, state, overspent, version, approved, supplemented, reduced, transferred_in,
    transferred_out, allotted_in, allotted_down, frozen, encumbered, in_transit, paid, refunded
  FROM budget_line
  WHERE tenant = $1 AND line_id = wanted.line_id AND (SELECT set_config('lock_timeout', '300ms', true)) IS NOT NULL
  FOR UPDATE) AS l

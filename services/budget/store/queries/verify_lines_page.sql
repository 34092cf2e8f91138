-- Lines with the sums of the records beside their journal: one statement, so line and records are of one moment. Locks nothing.
-- $1 tenant, $2 after this line, $3 limit
SELECT
  l.line_id, l.code, l.document_no, l.unit_path, l.project_id, l.fiscal_year, l.currency, l.mode, l.function_class,
  l.economic_class, l.fund_nature, l.direct_fund, l.tolerance_profile, l.parent_line_id, l.state, l.overspent,
  l.version, l.approved, l.supplemented, l.reduced, l.transferred_in, l.transferred_out, l.allotted_in,
  l.allotted_down, l.frozen, l.encumbered, l.in_transit, l.paid, l.refunded,
  (SELECT coalesce(max(e.line_version), 0) FROM journal_entry AS e WHERE e.tenant = l.tenant AND e.line_id = l.line_id) AS last_entry,
  (SELECT coalesce(sum(c.open_minor), 0)::bigint FROM encumbrance AS c WHERE c.tenant = l.tenant AND c.line_id = l.line_id) AS encumbrances_open,
  r.pending AS reservations_pending, r.posted AS reservations_posted, r.refunded AS reservations_refunded
FROM budget_line AS l
CROSS JOIN LATERAL (
  SELECT coalesce(sum(s.amount) FILTER (WHERE s.state = 1), 0)::bigint AS pending, coalesce(sum(s.posted), 0)::bigint AS posted,
    coalesce(sum(s.refunded), 0)::bigint AS refunded
  FROM reservation AS s WHERE s.tenant = l.tenant AND s.line_id = l.line_id) AS r
WHERE l.tenant = $1 AND l.line_id > $2::uuid
ORDER BY l.line_id
LIMIT $3::int

-- Sums of balances by unit, currency and mode over the caller's units. Sums are numeric, sent as text: they may leave bigint.
-- Locks nothing; one statement, so one snapshot.
-- $1 tenant, $2 unit paths in scope, $3 under this path or '', $4 fiscal year or 0
SELECT l.unit_path, l.currency, l.mode, count(*) AS lines,
  sum(l.approved)::text AS approved,
  sum(l.supplemented)::text AS supplemented,
  sum(l.reduced)::text AS reduced,
  sum(l.transferred_in)::text AS transferred_in,
  sum(l.transferred_out)::text AS transferred_out,
  sum(l.allotted_in)::text AS allotted_in,
  sum(l.allotted_down)::text AS allotted_down,
  sum(l.frozen)::text AS frozen,
  sum(l.encumbered)::text AS encumbered,
  sum(l.in_transit)::text AS in_transit,
  sum(l.paid)::text AS paid,
  sum(l.refunded)::text AS refunded
FROM budget_line AS l
WHERE l.tenant = $1
  AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS scope (path) WHERE starts_with(l.unit_path, scope.path))
  AND starts_with(l.unit_path, $3) AND ($4::int = 0 OR l.fiscal_year = $4::int)
GROUP BY l.unit_path, l.currency, l.mode
ORDER BY l.unit_path, l.currency, l.mode

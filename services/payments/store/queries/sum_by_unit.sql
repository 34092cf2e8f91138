-- Sums by unit and currency over the units $1 (text[] of path prefixes) and the year $2 (0: all), refused payments left out;
-- locks nothing; payment_by_unit. Sums are numeric, sent as text: they may leave bigint.
SELECT unit_path, currency,
  coalesce(sum(amount_minor) FILTER (WHERE hold = 1), 0)::text AS in_transit,
  sum(cleared_minor)::text AS paid,
  sum(refunded_minor)::text AS refunded,
  count(*) AS payments
FROM payment
WHERE tenant = current_setting('fiscus.tenant')
  AND state <> 3
  AND EXISTS (SELECT 1 FROM unnest($1::text[]) AS scope WHERE starts_with(unit_path, scope))
  AND ($2::bigint = 0 OR effective_date >= make_date($2::integer, 1, 1) AND effective_date < make_date($2::integer + 1, 1, 1))
GROUP BY unit_path, currency
ORDER BY unit_path, currency

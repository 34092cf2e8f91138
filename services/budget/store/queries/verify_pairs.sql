-- What left lines by transfer and allotment, and what arrived, by currency (L4): one statement, one snapshot. Locks nothing.
-- $1 tenant
SELECT currency, sum(transferred_out)::text AS transferred_out, sum(transferred_in)::text AS transferred_in,
  sum(allotted_down)::text AS allotted_down, sum(allotted_in)::text AS allotted_in
FROM budget_line
WHERE tenant = $1
GROUP BY currency
ORDER BY currency

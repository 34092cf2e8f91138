-- Contracts whose sums differ from those of their payments; locks nothing; reads all.
SELECT coalesce(kept.contract_id, counted.contract_id) AS contract_id
FROM (SELECT contract_id, live_minor, advance_minor FROM contract_usage) AS kept
FULL JOIN (
  SELECT contract_id, sum(live_minor) AS live_minor, coalesce(sum(live_minor) FILTER (WHERE kind = 1), 0) AS advance_minor
  FROM payment WHERE contract_id IS NOT NULL GROUP BY contract_id) AS counted
  ON kept.contract_id = counted.contract_id
WHERE coalesce(kept.live_minor, 0) <> coalesce(counted.live_minor, 0)
  OR coalesce(kept.advance_minor, 0) <> coalesce(counted.advance_minor, 0)

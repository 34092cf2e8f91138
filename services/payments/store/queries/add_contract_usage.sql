-- Adds to the usage of contracts that the transaction has locked ($1 uuid[], distinct; $2, $3 bigint[], may be negative); primary key.
UPDATE contract_usage SET
  live_minor = contract_usage.live_minor + change.live_minor,
  advance_minor = contract_usage.advance_minor + change.advance_minor
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS change (contract_id, live_minor, advance_minor)
WHERE contract_usage.tenant = current_setting('fiscus.tenant') AND contract_usage.contract_id = change.contract_id

-- New reservations. A duplicate id fails with 23505: the group is tried again and finds it. -- hot
-- $1 tenant, $2 now, then arrays: $3 reservation_id, $4 line_id, $5 contract_id, $6 amount, $7 posted, $8 refunded, $9 state, $10 effective_date,
-- $11 expires_at
INSERT INTO reservation (
  tenant, recorded_at,
  reservation_id, line_id, contract_id, amount, posted, refunded, state, effective_date, expires_at)
SELECT $1, $2::timestamptz,
  n.reservation_id, n.line_id, n.contract_id, n.amount, n.posted, n.refunded, n.state, n.effective_date, n.expires_at
FROM unnest(
  $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::smallint[], $10::date[],
  $11::timestamptz[])
  AS n (
    reservation_id, line_id, contract_id, amount, posted, refunded, state, effective_date, expires_at)

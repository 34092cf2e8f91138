-- Reservations by id. Locks nothing: their line is locked. Primary key, once per id, whatever the planner knows of the table
-- (OFFSET 0 keeps it from reading all rows of the tenant instead, as a plan made for a small table would for ever). -- hot
-- $1 tenant, $2 reservation ids
SELECT r.reservation_id, r.line_id, r.contract_id, r.amount, r.posted, r.refunded, r.state, r.effective_date, r.expires_at
FROM unnest($2::uuid[]) AS wanted (reservation_id)
CROSS JOIN LATERAL (
  SELECT reservation_id, line_id, contract_id, amount, posted, refunded, state, effective_date, expires_at
  FROM reservation
  WHERE tenant = $1 AND reservation_id = wanted.reservation_id
  OFFSET 0) AS r

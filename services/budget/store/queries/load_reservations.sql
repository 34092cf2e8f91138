-- Reservations by id. Locks nothing: their line is locked. Primary key. -- hot
-- $1 tenant, $2 reservation ids
SELECT reservation_id, line_id, contract_id, amount, posted, refunded, state, effective_date, expires_at
FROM reservation
WHERE tenant = $1 AND reservation_id = ANY ($2::uuid[])

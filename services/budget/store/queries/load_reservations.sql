-- Reservations by id. Locks nothing: their line is locked. Primary key. -- hot
-- $1 tenant, $2 reservation ids
SELECT r.reservation_id, r.line_id, r.contract_id, r.amount, r.posted, r.refunded, r.state, r.effective_date, r.expires_at
FROM unnest($2::uuid[]) AS wanted (reservation_id)
JOIN reservation AS r ON r.tenant = $1 AND r.reservation_id = wanted.reservation_id

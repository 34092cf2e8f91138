-- New states of reservations whose line is locked. Only a row in the state that was read is hit: a reservation that was resolved
-- meanwhile cannot be resolved again (L3), and the caller gives up the transaction. Primary key. -- hot
-- $1 tenant, arrays: $2 reservation ids, $3 states read, $4 refunds read, $5 states, $6 posted, $7 refunded, $8 expires_at
UPDATE reservation AS r SET state = n.state, posted = n.posted, refunded = n.refunded, expires_at = n.expires_at
FROM unnest($2::uuid[], $3::smallint[], $4::bigint[], $5::smallint[], $6::bigint[], $7::bigint[], $8::timestamptz[])
  AS n (reservation_id, from_state, from_refunded, state, posted, refunded, expires_at)
WHERE r.tenant = $1 AND r.reservation_id = n.reservation_id AND r.state = n.from_state AND r.refunded = n.from_refunded

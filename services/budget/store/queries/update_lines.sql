-- New standings of lines that the transaction has locked. The version is compared once more: a row that somebody else moved is
-- not hit, and the caller gives up the transaction. Primary key. -- hot
-- $1 tenant, then arrays: $2 line_id, $3 from_version, $4 version, $5 state, $6 overspent, $7 approved, $8 supplemented, $9 reduced,
-- $10 transferred_in, $11 transferred_out, $12 allotted_in, $13 allotted_down, $14 frozen, $15 encumbered,
-- $16 in_transit, $17 paid, $18 refunded
UPDATE budget_line AS l SET
  version = n.version, state = n.state, overspent = n.overspent, approved = n.approved, supplemented = n.supplemented,
  reduced = n.reduced, transferred_in = n.transferred_in, transferred_out = n.transferred_out,
  allotted_in = n.allotted_in, allotted_down = n.allotted_down, frozen = n.frozen, encumbered = n.encumbered,
  in_transit = n.in_transit, paid = n.paid, refunded = n.refunded
FROM unnest(
  $2::uuid[], $3::bigint[], $4::bigint[], $5::smallint[], $6::boolean[], $7::bigint[], $8::bigint[], $9::bigint[],
  $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
  $17::bigint[], $18::bigint[])
  AS n (
    line_id, from_version, version, state, overspent, approved, supplemented, reduced, transferred_in,
    transferred_out, allotted_in, allotted_down, frozen, encumbered, in_transit, paid, refunded)
WHERE l.tenant = $1 AND l.line_id = n.line_id AND l.version = n.from_version

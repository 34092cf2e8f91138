-- New lines. A duplicate id or code waits for the other transaction and fails with 23505: the group is tried again.
-- $1 tenant, $2 now, then arrays: $3 line_id, $4 code, $5 document_no, $6 unit_path, $7 project_id, $8 fiscal_year, $9 currency, $10 mode,
-- $11 function_class, $12 economic_class, $13 fund_nature, $14 direct_fund, $15 tolerance_profile, $16 parent_line_id,
-- $17 state, $18 overspent, $19 version, $20 approved, $21 supplemented, $22 reduced, $23 transferred_in,
-- $24 transferred_out, $25 allotted_in, $26 allotted_down, $27 frozen, $28 encumbered, $29 in_transit, $30 paid,
-- $31 refunded
INSERT INTO budget_line (
  tenant, recorded_at,
  line_id, code, document_no, unit_path, project_id, fiscal_year, currency, mode, function_class, economic_class,
  fund_nature, direct_fund, tolerance_profile, parent_line_id, state, overspent, version, approved, supplemented,
  reduced, transferred_in, transferred_out, allotted_in, allotted_down, frozen, encumbered, in_transit, paid, refunded)
SELECT $1, $2::timestamptz,
  n.line_id, n.code, n.document_no, n.unit_path, n.project_id, n.fiscal_year, n.currency, n.mode, n.function_class,
  n.economic_class, n.fund_nature, n.direct_fund, n.tolerance_profile, n.parent_line_id, n.state, n.overspent,
  n.version, n.approved, n.supplemented, n.reduced, n.transferred_in, n.transferred_out, n.allotted_in,
  n.allotted_down, n.frozen, n.encumbered, n.in_transit, n.paid, n.refunded
FROM unnest(
  $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::int[], $9::text[], $10::smallint[], $11::text[],
  $12::text[], $13::text[], $14::boolean[], $15::text[], $16::uuid[], $17::smallint[], $18::boolean[], $19::bigint[],
  $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[],
  $27::bigint[], $28::bigint[], $29::bigint[], $30::bigint[], $31::bigint[])
  AS n (
    line_id, code, document_no, unit_path, project_id, fiscal_year, currency, mode, function_class, economic_class,
    fund_nature, direct_fund, tolerance_profile, parent_line_id, state, overspent, version, approved, supplemented,
    reduced, transferred_in, transferred_out, allotted_in, allotted_down, frozen, encumbered, in_transit, paid,
    refunded)

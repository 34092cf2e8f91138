-- Appends journal entries. A version that exists fails with 23505. -- hot
-- $1 tenant, $2 now, then arrays: $3 line_id, $4 line_version, $5 entry_id, $6 operation, $7 amount, $8 debit, $9 credit, $10 effective_date,
-- $11 reservation_id, $12 contract_id, $13 document_no, $14 counter_entry_id, $15 request_id, $16 actor, $17 overspends
INSERT INTO journal_entry (
  tenant, recorded_at,
  line_id, line_version, entry_id, operation, amount, debit, credit, effective_date, reservation_id, contract_id,
  document_no, counter_entry_id, request_id, actor, overspends)
SELECT $1, $2::timestamptz,
  n.line_id, n.line_version, n.entry_id, n.operation, n.amount, n.debit, n.credit, n.effective_date, n.reservation_id,
  n.contract_id, n.document_no, n.counter_entry_id, n.request_id, n.actor, n.overspends
FROM unnest(
  $3::uuid[], $4::bigint[], $5::uuid[], $6::smallint[], $7::bigint[], $8::smallint[], $9::smallint[], $10::date[],
  $11::uuid[], $12::text[], $13::text[], $14::uuid[], $15::uuid[], $16::text[], $17::boolean[])
  AS n (
    line_id, line_version, entry_id, operation, amount, debit, credit, effective_date, reservation_id, contract_id,
    document_no, counter_entry_id, request_id, actor, overspends)

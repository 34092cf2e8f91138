-- The journal of a line after a version. Locks nothing; primary key.
-- $1 tenant, $2 line, $3 after this version, $4 limit
SELECT line_id, line_version, entry_id, operation, amount, debit, credit, effective_date, recorded_at, reservation_id, contract_id,
  document_no, counter_entry_id, request_id, actor, overspends
FROM journal_entry
WHERE tenant = $1 AND line_id = $2::uuid AND line_version > $3::bigint
ORDER BY line_version
LIMIT $4::int

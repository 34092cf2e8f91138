-- Entries of a range of lines, in journal order. Locks nothing: entries never change. Primary key.
-- $1 tenant, $2 after this line … $3 and version, $4 up to this line, $5 limit
SELECT line_id, line_version, entry_id, operation, amount, debit, credit, effective_date, recorded_at, reservation_id, contract_id,
  document_no, counter_entry_id, request_id, actor, overspends
FROM journal_entry
WHERE tenant = $1 AND (line_id, line_version) > ($2::uuid, $3::bigint) AND line_id <= $4::uuid
ORDER BY line_id, line_version
LIMIT $5::int

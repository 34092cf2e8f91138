-- Records events with what was made of them, one array per column; a repeat within a race is a unique violation; primary key.
INSERT INTO bank_event (tenant, event_id, payment_id, kind, amount_minor, bank_reference, bank_code, code_class, receipt_no,
  value_date, verdict, recorded_at)
SELECT current_setting('fiscus.tenant'), event_id, payment_id, kind, amount_minor, bank_reference, bank_code, code_class,
  receipt_no, value_date, verdict, $11::timestamptz
FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[],
    $10::smallint[])
  AS fresh (event_id, payment_id, kind, amount_minor, bank_reference, bank_code, code_class, receipt_no, value_date, verdict)

-- Sets the twelve months of a line's plan; its line is locked (lock_lines). Primary key.
-- $1 tenant, $2 line, $3 amounts, January first, $4 effective date
INSERT INTO fund_plan (tenant, line_id, month, amount, effective_date)
SELECT $1, $2::uuid, m.month, m.amount, $4::date FROM unnest($3::bigint[]) WITH ORDINALITY AS m (amount, month)
ON CONFLICT (tenant, line_id, month) DO UPDATE SET amount = excluded.amount, effective_date = excluded.effective_date

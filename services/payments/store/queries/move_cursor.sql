-- Moves the cursor of an adapter ($1) from $2 to $3 at $4; changes no row if another instance moved it; primary key.
INSERT INTO bank_cursor AS known (adapter, cursor, updated_at)
VALUES ($1::text, $3::bigint, $4::timestamptz)
ON CONFLICT (adapter) DO UPDATE SET cursor = excluded.cursor, updated_at = excluded.updated_at
WHERE known.cursor = $2::bigint

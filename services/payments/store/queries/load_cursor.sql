-- Cursor of an adapter ($1); locks nothing; primary key.
SELECT cursor FROM bank_cursor WHERE adapter = $1::text

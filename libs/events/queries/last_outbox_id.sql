-- The newest event; 0: none. Primary key.
SELECT coalesce(max(outbox_id), 0) AS last_id FROM outbox

-- Lets the relay send events again. Primary key.
-- $1 outbox id before the first, $2 last outbox id, $3 recorded at or after
WITH marked AS (
  UPDATE outbox SET sent_at = NULL
  WHERE outbox_id > $1::bigint AND outbox_id <= $2::bigint AND recorded_at >= $3::timestamptz AND sent_at IS NOT NULL
  RETURNING outbox_id)
SELECT count(*) AS marked FROM marked

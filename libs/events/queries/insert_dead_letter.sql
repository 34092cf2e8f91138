-- Puts an unreadable record aside.
-- $1 consumer, $2 topic, $3 partition, $4 offset, $5 reason, $6 type, $7 payload
INSERT INTO consumer_dead_letter (consumer, topic, partition, record_offset, reason, type, payload)
VALUES ($1, $2, $3::int, $4::bigint, $5, $6, $7::bytea)
ON CONFLICT (consumer, topic, partition, record_offset) DO NOTHING

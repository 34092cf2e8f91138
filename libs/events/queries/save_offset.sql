-- Moves the offset on. Primary key.
-- $1 consumer, $2 topic, $3 partition, $4 next offset
UPDATE consumer_offset SET next_offset = $4::bigint WHERE consumer = $1 AND topic = $2 AND partition = $3::int

-- Takes the partition's offset row for the transaction, so that two holders of a partition cannot both apply a record. Row lock.
-- $1 consumer, $2 topic, $3 partition
INSERT INTO consumer_offset (consumer, topic, partition, next_offset) VALUES ($1, $2, $3::int, 0)
ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = consumer_offset.next_offset
RETURNING next_offset

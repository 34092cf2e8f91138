-- Where a consumer goes on. Primary key.
-- $1 consumer, $2 topic, $3 partition
SELECT next_offset FROM consumer_offset WHERE consumer = $1 AND topic = $2 AND partition = $3::int

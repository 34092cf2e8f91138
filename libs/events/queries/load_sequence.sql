-- Last sequence applied of an aggregate. Primary key.
-- $1 consumer, $2 partition, $3 tenant, $4 aggregate
SELECT last_sequence FROM consumer_sequence WHERE consumer = $1 AND partition = $2::int AND tenant = $3 AND aggregate = $4

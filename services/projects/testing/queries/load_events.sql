-- Events of an aggregate, in order. For tests.
-- $1 tenant, $2 aggregate
SELECT sequence, type, partition_key, payload FROM outbox WHERE tenant = $1 AND aggregate = $2 ORDER BY sequence

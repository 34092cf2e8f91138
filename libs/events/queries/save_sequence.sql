-- Moves an aggregate's sequence on, never back. Primary key.
-- $1 consumer, $2 partition, $3 tenant, $4 aggregate, $5 sequence
INSERT INTO consumer_sequence AS s (consumer, partition, tenant, aggregate, last_sequence) VALUES ($1, $2::int, $3, $4, $5::bigint)
ON CONFLICT (consumer, partition, tenant, aggregate) DO UPDATE SET last_sequence = greatest(s.last_sequence, excluded.last_sequence)

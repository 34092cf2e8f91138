-- Gives each aggregate as many sequences as it has events; locks its counter row until commit, in aggregate order (the caller sorts).
-- $1 tenant, $2 aggregates (distinct, sorted), $3 number of events of each
INSERT INTO aggregate_sequence (tenant, aggregate, last_sequence)
SELECT $1, a.aggregate, a.events FROM unnest($2::text[], $3::bigint[]) AS a (aggregate, events)
ON CONFLICT (tenant, aggregate) DO UPDATE SET last_sequence = aggregate_sequence.last_sequence + excluded.last_sequence
RETURNING aggregate, last_sequence

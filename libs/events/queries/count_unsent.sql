-- How many events wait, since when, and how many aggregates are held. outbox_unsent.
SELECT count(*) AS unsent, coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::bigint AS oldest_s,
       (SELECT count(*) FROM outbox_held) AS held
FROM outbox WHERE sent_at IS NULL

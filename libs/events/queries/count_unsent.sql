-- How many events wait, and since when. outbox_unsent.
SELECT count(*) AS unsent, coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::bigint AS oldest_s FROM outbox WHERE sent_at IS NULL

-- Lets an aggregate wait whose next event can never be sent. Primary key.
-- $1 tenant, $2 aggregate, $3 outbox id, $4 reason
INSERT INTO outbox_held (tenant, aggregate, outbox_id, reason) VALUES ($1, $2, $3::bigint, $4)
ON CONFLICT (tenant, aggregate) DO NOTHING

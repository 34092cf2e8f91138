-- Control records of a type in the outbox.
-- $1 tenant, $2 type
SELECT count(*) AS count FROM outbox WHERE tenant = $1 AND type = $2 AND broadcast

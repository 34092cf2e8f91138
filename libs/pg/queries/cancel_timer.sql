-- Removes a timer, if any. Primary key.
-- $1 tenant, $2 kind, $3 subject
DELETE FROM timer WHERE tenant = $1 AND kind = $2 AND subject = $3

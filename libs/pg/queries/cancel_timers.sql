-- Removes timers of one kind, if any. Primary key.
-- $1 tenant, $2 kind, $3 subjects
DELETE FROM timer WHERE tenant = $1 AND kind = $2 AND subject = ANY ($3::text[])

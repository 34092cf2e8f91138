-- Removes the limits of a profile that is about to get new ones. Primary key.
-- $1 tenant, $2 name
DELETE FROM tolerance_limit WHERE tenant = $1 AND name = $2

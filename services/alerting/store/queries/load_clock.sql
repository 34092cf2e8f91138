-- The last closed day. Locks nothing; primary key.
-- $1 tenant
SELECT c.closed_on FROM business_clock AS c WHERE c.tenant = $1

-- The last closed day. Locks the clock until commit: days are closed one after the other; primary key.
-- $1 tenant
SELECT c.closed_on FROM business_clock AS c WHERE c.tenant = $1 FOR UPDATE

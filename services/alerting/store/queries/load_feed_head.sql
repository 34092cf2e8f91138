-- Position of the tenant's last change. Locks nothing; primary key.
-- $1 tenant
SELECT f.last_position FROM alert_feed AS f WHERE f.tenant = $1

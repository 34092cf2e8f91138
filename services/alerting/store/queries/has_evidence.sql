-- Was the warning taken in already? Locks nothing; primary key.
-- $1 tenant, $2 warning id
SELECT EXISTS (SELECT FROM alert_evidence AS e WHERE e.tenant = $1 AND e.warning_id = $2::uuid) AS taken

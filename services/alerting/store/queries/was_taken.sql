-- Was the warning taken in already, with or without an alert? Locks nothing; primary keys.
-- $1 tenant, $2 warning id
SELECT EXISTS (SELECT FROM alert_evidence AS e WHERE e.tenant = $1 AND e.warning_id = $2::uuid)
    OR EXISTS (SELECT FROM warning_passed AS p WHERE p.tenant = $1 AND p.warning_id = $2::uuid) AS taken

-- Alerts of a fingerprint, ended ones too.
-- $1 tenant, $2 fingerprint
SELECT count(*) AS count FROM alert WHERE tenant = $1 AND fingerprint = $2

-- Until the end of the transaction the tenant stays open or shut, as it is; any number of holders. $1 tenant.
SELECT pg_advisory_xact_lock_shared(hashtextextended('identity.tenant/' || $1::text, 0)) IS NULL AS locked

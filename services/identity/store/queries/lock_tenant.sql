-- Until the end of the transaction nobody is issued tokens of the tenant. $1 tenant.
SELECT pg_advisory_xact_lock(hashtextextended('identity.tenant/' || $1::text, 0)) IS NULL AS locked

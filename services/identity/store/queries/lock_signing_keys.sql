-- Only one transaction at a time makes or drops signing keys, until it commits.
SELECT pg_advisory_xact_lock(hashtextextended('identity.signing_key', 0)) IS NULL AS locked

-- Only one transaction at a time numbers revocations, until it commits: so a reader never passes a number that commits later.
SELECT pg_advisory_xact_lock(hashtextextended('identity.revocation', 0)) IS NULL AS locked

-- All tenants of the installation, some tens. Locks nothing.
SELECT t.tenant, t.known_at FROM known_tenant AS t ORDER BY t.tenant

-- Shuts or opens the tenant; shut again keeps the first time. Row lock. Primary key. $1 tenant, $2 disabled, $3 now.
UPDATE tenant
SET disabled_at = CASE WHEN $2::boolean THEN coalesce(disabled_at, $3::timestamptz) END
WHERE tenant = $1::text

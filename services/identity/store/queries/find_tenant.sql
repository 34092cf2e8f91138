-- The tenant, if it exists. Primary key. $1 tenant.
SELECT tenant, display_name, root_path, disabled_at IS NOT NULL AS disabled FROM tenant WHERE tenant = $1::text

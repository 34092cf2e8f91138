-- Which live projects have these codes (P1). Locks nothing; project_live_code.
-- $1 tenant, $2 codes
SELECT code, project_id
FROM project
WHERE tenant = $1 AND code = ANY ($2::text[]) AND state NOT IN (12, 14, 16)

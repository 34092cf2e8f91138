-- Ids of a project's contracts. Locks nothing; contract_by_project.
-- $1 tenant, $2 project
SELECT contract_id FROM contract WHERE tenant = $1 AND project_id = $2::uuid

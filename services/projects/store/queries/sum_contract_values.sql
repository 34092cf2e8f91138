-- Value of a project's live contracts (11 TERMINATED and 12 DECLINED aside) without one of them; rises that the ledger is carrying out
-- count already. The project is locked. contract_by_project.
-- $1 tenant, $2 project, $3 contract that is decided about or NULL
SELECT (coalesce(sum(c.current_value_minor), 0) + coalesce(sum(s.order_minor) FILTER (WHERE s.command = 0 AND s.order_kind = 1), 0))::bigint
  AS value_minor
FROM contract AS c
LEFT JOIN contract_step AS s USING (tenant, contract_id)
WHERE c.tenant = $1 AND c.project_id = $2::uuid AND c.contract_id IS DISTINCT FROM $3::uuid AND c.state NOT IN (11, 12)

-- Lines that have one of these codes. Locks nothing; line_code_once.
-- $1 tenant, $2 fiscal years, $3 codes
SELECT l.line_id, l.fiscal_year, l.code
FROM unnest($2::int[], $3::text[]) AS wanted (fiscal_year, code)
JOIN budget_line AS l ON l.tenant = $1 AND l.fiscal_year = wanted.fiscal_year AND l.code = wanted.code

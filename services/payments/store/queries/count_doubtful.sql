-- Payments of all tenants with an overdue timer ($1 kind, $2 now), or one that failed often ($3 kind, $4 times); each once; locks nothing;
-- primary key.
SELECT count(*) AS payments
FROM (
  SELECT tenant, subject FROM timer WHERE kind = $1 AND due_at <= $2::timestamptz
  UNION
  SELECT tenant, subject FROM timer WHERE kind = $3 AND attempts >= $4::integer) AS doubtful

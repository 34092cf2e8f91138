-- Appends steps, one array per column; primary key.
INSERT INTO payment_step (tenant, payment_id, step, state, at, actor, actor_for, note)
SELECT current_setting('fiscus.tenant'), payment_id, step, state, at, actor, actor_for, note
FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
  AS fresh (payment_id, step, state, at, actor, actor_for, note)

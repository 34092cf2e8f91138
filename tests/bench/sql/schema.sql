-- The smallest ledger with funds control: a line knows what it may spend; payments are double entries.
DROP TABLE IF EXISTS posting, outbox, budget_line CASCADE;
CREATE TABLE budget_line (
  id bigint PRIMARY KEY, project_id bigint NOT NULL, encumbered bigint NOT NULL, paid bigint NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 0, CHECK (paid >= 0 AND paid <= encumbered)) WITH (fillfactor = 50);
CREATE TABLE posting (
  payment_id bigint NOT NULL, side smallint NOT NULL, account bigint NOT NULL, amount bigint NOT NULL,
  ts timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (payment_id, side));
CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id bigint NOT NULL, payload bytea NOT NULL);
INSERT INTO budget_line (id, project_id, encumbered) SELECT i, i, 1000000000000 FROM generate_series(1, :lines) i;

-- Aggregates whose next event Kafka will never take. Reason: one such event at the head of the outbox stopped the events of all
-- tenants of the service. Works with the release before, which does not look at the table.

CREATE TABLE outbox_held (
  tenant text NOT NULL,
  aggregate text NOT NULL,
  outbox_id bigint NOT NULL REFERENCES outbox (outbox_id),
  reason text NOT NULL,
  held_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, aggregate)
);
COMMENT ON TABLE outbox_held IS 'Aggregates that are not published, because their next event can never be sent; deleting the row lets them be tried again.';
COMMENT ON COLUMN outbox_held.tenant IS 'Tenant slug.';
COMMENT ON COLUMN outbox_held.aggregate IS 'Aggregate.';
COMMENT ON COLUMN outbox_held.outbox_id IS 'The event that cannot be sent; it and all later ones of the aggregate wait.';
COMMENT ON COLUMN outbox_held.reason IS 'What Kafka''s client said.';
COMMENT ON COLUMN outbox_held.held_at IS 'Since when.';

GRANT SELECT, INSERT ON outbox_held TO :app;

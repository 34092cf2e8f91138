-- Outbox, aggregate sequences and the state of consumers. Why without row-level security: relay and consumers serve all tenants;
-- only the service's own role reads these tables, and no RPC does.

CREATE TABLE outbox (
  outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE,
  tenant text NOT NULL,
  aggregate text NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  partition_key text NOT NULL,
  broadcast boolean NOT NULL DEFAULT false,
  type text NOT NULL,
  subject text NOT NULL,
  actor text NOT NULL,
  traceparent text NOT NULL,
  recorded_at timestamptz NOT NULL,
  payload bytea NOT NULL,
  sent_at timestamptz,
  UNIQUE (tenant, aggregate, sequence)
);
COMMENT ON TABLE outbox IS 'Events of committed effects; kept longer than the topic, so the topic can be rebuilt.';
COMMENT ON COLUMN outbox.outbox_id IS 'Order of insertion within one aggregate; never used as a cursor.';
COMMENT ON COLUMN outbox.event_id IS 'ce_id.';
COMMENT ON COLUMN outbox.tenant IS 'ce_tenantid.';
COMMENT ON COLUMN outbox.aggregate IS 'ce_aggregate.';
COMMENT ON COLUMN outbox.sequence IS 'ce_sequence, gap-free per tenant and aggregate.';
COMMENT ON COLUMN outbox.partition_key IS 'Kafka key.';
COMMENT ON COLUMN outbox.broadcast IS 'Control record: written to every partition.';
COMMENT ON COLUMN outbox.type IS 'ce_type.';
COMMENT ON COLUMN outbox.subject IS 'ce_subject.';
COMMENT ON COLUMN outbox.actor IS 'ce_actor.';
COMMENT ON COLUMN outbox.traceparent IS 'W3C trace context.';
COMMENT ON COLUMN outbox.recorded_at IS 'ce_time.';
COMMENT ON COLUMN outbox.payload IS 'Value.';
COMMENT ON COLUMN outbox.sent_at IS 'Set by the delivery report; NULL = not yet published.';
CREATE INDEX outbox_unsent ON outbox (outbox_id) WHERE sent_at IS NULL;

CREATE TABLE aggregate_sequence (
  tenant text NOT NULL,
  aggregate text NOT NULL,
  last_sequence bigint NOT NULL,
  PRIMARY KEY (tenant, aggregate)
);
COMMENT ON TABLE aggregate_sequence IS 'Last sequence of each aggregate; its row is locked until commit, so sequences commit in order.';
COMMENT ON COLUMN aggregate_sequence.tenant IS 'Tenant slug.';
COMMENT ON COLUMN aggregate_sequence.aggregate IS 'Aggregate.';
COMMENT ON COLUMN aggregate_sequence.last_sequence IS 'Last sequence given.';

CREATE TABLE consumer_offset (
  consumer text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (consumer, topic, partition)
);
COMMENT ON TABLE consumer_offset IS 'Where each consumer goes on; written with the effect of the record before.';
COMMENT ON COLUMN consumer_offset.consumer IS 'Consumer name.';
COMMENT ON COLUMN consumer_offset.topic IS 'Topic.';
COMMENT ON COLUMN consumer_offset.partition IS 'Partition.';
COMMENT ON COLUMN consumer_offset.next_offset IS 'Next offset to read.';

CREATE TABLE consumer_sequence (
  consumer text NOT NULL,
  partition integer NOT NULL,
  tenant text NOT NULL,
  aggregate text NOT NULL,
  last_sequence bigint NOT NULL,
  PRIMARY KEY (consumer, partition, tenant, aggregate)
);
COMMENT ON TABLE consumer_sequence IS 'Last sequence applied per aggregate: repeats are dropped, gaps stop the consumer.';
COMMENT ON COLUMN consumer_sequence.consumer IS 'Consumer name.';
COMMENT ON COLUMN consumer_sequence.partition IS 'Partition (control records have the same sequence in each).';
COMMENT ON COLUMN consumer_sequence.tenant IS 'Tenant slug.';
COMMENT ON COLUMN consumer_sequence.aggregate IS 'Aggregate.';
COMMENT ON COLUMN consumer_sequence.last_sequence IS 'Last sequence applied.';

CREATE TABLE consumer_dead_letter (
  consumer text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  record_offset bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  reason text NOT NULL,
  type text NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (consumer, topic, partition, record_offset)
);
COMMENT ON TABLE consumer_dead_letter IS 'Records that can never be applied (unreadable); an operator looks at each.';
COMMENT ON COLUMN consumer_dead_letter.consumer IS 'Consumer name.';
COMMENT ON COLUMN consumer_dead_letter.topic IS 'Topic.';
COMMENT ON COLUMN consumer_dead_letter.partition IS 'Partition.';
COMMENT ON COLUMN consumer_dead_letter.record_offset IS 'Offset.';
COMMENT ON COLUMN consumer_dead_letter.recorded_at IS 'When it was put aside.';
COMMENT ON COLUMN consumer_dead_letter.reason IS 'Why.';
COMMENT ON COLUMN consumer_dead_letter.type IS 'ce_type.';
COMMENT ON COLUMN consumer_dead_letter.payload IS 'Value.';

GRANT SELECT, INSERT, UPDATE ON outbox, aggregate_sequence, consumer_offset, consumer_sequence TO :app;
GRANT SELECT, INSERT ON consumer_dead_letter TO :app;

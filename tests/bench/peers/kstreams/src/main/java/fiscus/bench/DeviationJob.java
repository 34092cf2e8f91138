package fiscus.bench;

import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/**
 * The monitor as one would usually write it with Kafka Streams: one rule, warned when payments leave the plan by more than 10 points; exactly
 * once, state in RocksDB with a binary layout (the quickest of the settings that were tried: tests/bench/peers/README.md).
 *
 * <p>Prints one JSON line when RUNNING, and one after --events events; --events=0 runs until it is killed.
 */
public final class DeviationJob {
  private static final AtomicLong EVENTS = new AtomicLong(), WARNINGS = new AtomicLong();
  private static volatile long firstNanos, firstCpuNanos;

  public static void main(String[] args) throws Exception {
    Arguments arguments = new Arguments(args);
    String prefix = arguments.text("prefix");
    KafkaStreams streams = new KafkaStreams(topology(prefix), settings(arguments));
    long started = System.nanoTime();
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.RUNNING) say("{\"running_s\": %.2f}%n", (System.nanoTime() - started) / 1e9);
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(java.time.Duration.ofSeconds(20))));
    streams.start();
    long wanted = arguments.number("events");
    while (wanted == 0 || EVENTS.get() < wanted) Thread.sleep(20);
    say("{\"records\": %d, \"warnings\": %d, \"seconds\": %.3f, \"cpu_s\": %.2f}%n", EVENTS.get(), WARNINGS.get(),
        (System.nanoTime() - firstNanos) / 1e9, (cpuNanos() - firstCpuNanos) / 1e9);
    System.exit(0);
  }

  private static Properties settings(Arguments arguments) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", arguments.text("brokers"));
    settings.put("application.id", arguments.text("application"));
    settings.put("state.dir", arguments.text("state"));
    settings.put("processing.guarantee", "exactly_once_v2");
    settings.put("num.stream.threads", 1);
    settings.put("replication.factor", 1);
    settings.put("consumer.auto.offset.reset", "earliest");
    settings.put("producer.linger.ms", arguments.text("linger_ms"));
    settings.put("statestore.cache.max.bytes", 10_485_760L);
    return settings;
  }

  private static org.apache.kafka.streams.Topology topology(String prefix) {
    StreamsBuilder builder = new StreamsBuilder();
    Serde<String> keys = Serdes.String();
    KTable<String, Records.Project> projects = builder.table(prefix + ".projects", Consumed.with(keys, Records.json(Records.Project.class)),
        Materialized.<String, Records.Project>as(Stores.persistentKeyValueStore("projects")).withKeySerde(keys)
            .withValueSerde(Records.projectStore()));
    builder.addStateStore(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("state"), keys, Records.stateStore()).withCachingEnabled());
    builder.stream(List.of(prefix + ".payments", prefix + ".progress"), Consumed.with(keys, Records.json(Records.Event.class)))
        .process(Deviation::new, "state", projects.queryableStoreName())
        .to(prefix + ".warnings", Produced.with(keys, Records.json(Records.Warning.class)));
    return builder.build();
  }

  private static final class Deviation implements Processor<String, Records.Event, String, Records.Warning> {
    private ProcessorContext<String, Records.Warning> context;
    private KeyValueStore<String, Records.State> states;
    private KeyValueStore<String, ValueAndTimestamp<Records.Project>> projects;

    @Override
    public void init(ProcessorContext<String, Records.Warning> context) {
      this.context = context;
      states = context.getStateStore("state");
      projects = context.getStateStore("projects");
    }

    @Override
    public void process(Record<String, Records.Event> record) {
      if (EVENTS.getAndIncrement() == 0) {
        firstNanos = System.nanoTime();
        firstCpuNanos = cpuNanos();
      }
      Records.Event event = record.value();
      Records.State state = states.get(record.key());
      if (state == null) state = new Records.State();
      state.events++;
      state.month = event.month;
      if (event.kind.equals("payment")) state.paid += event.amount;
      else state.physical = event.physical;
      ValueAndTimestamp<Records.Project> project = projects.get(record.key());
      if (project != null) judge(record, state, project.value());
      states.put(record.key(), state);
    }

    private void judge(Record<String, Records.Event> record, Records.State state, Records.Project project) {
      double deviation = (double) state.paid / project.approved - project.plan[Math.min(Records.MONTHS - 1, state.month)];
      boolean alarm = Math.abs(deviation) > 0.10;
      if (alarm && !state.alarmed) {
        Records.Warning warning = new Records.Warning();
        warning.project = record.key();
        warning.rule = "EXECUTION_DEVIATION";
        warning.deviation = deviation;
        warning.month = state.month;
        warning.ts = record.value().ts;
        warning.seq = state.events;
        WARNINGS.incrementAndGet();
        context.forward(record.withValue(warning));
      }
      state.alarmed = alarm;
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(java.util.Locale.ROOT, format, values);
    System.out.flush();
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  private DeviationJob() {}
}

package fiscus.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Fills PREFIX.projects, PREFIX.payments and PREFIX.progress; four of five events are payments. --rate=0: --events over 24 months, as fast as
 * it goes. --rate=N: N events a second, stamped with the wall clock, every 50th a jump that must raise a warning.
 */
public final class Generator {
  private final KafkaProducer<String, byte[]> producer;
  private final String prefix;
  private final int projects;
  private final long[] approved;
  private final double[][] plan;
  private final long base = System.currentTimeMillis() - 7_200_000L;
  private final SplittableRandom random = new SplittableRandom(42);

  private Generator(Arguments arguments) {
    prefix = arguments.text("prefix");
    projects = (int) arguments.number("projects");
    approved = new long[projects];
    plan = new double[projects][];
    Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", arguments.text("brokers"), "acks", "all", "batch.size", "131072",
        "linger.ms", arguments.number("rate") > 0 ? "1" : "20", "compression.type", "lz4", "buffer.memory", "134217728"));
    producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    for (int i = 0; i < projects; i++) {
      approved[i] = 100_000_000L * (1 + i % 500);
      plan[i] = Records.curve(i);
    }
  }

  public static void main(String[] args) throws Exception {
    Arguments arguments = new Arguments(args);
    Generator generator = new Generator(arguments);
    long events = arguments.number("events"), rate = arguments.number("rate");
    if (arguments.number("declare") == 1) generator.declare();
    if (rate == 0) generator.live(events);
    else generator.pace(events, rate);
    generator.producer.close();
    System.out.printf("{\"records\": %d}%n", events);
  }

  private void declare() {
    for (int i = 0; i < projects; i++) {
      Records.Project project = new Records.Project();
      project.id = id(i);
      project.approved = approved[i];
      project.plan = plan[i];
      send("projects", base - 1000, project.id, project);
    }
    producer.flush();
  }

  private void live(long events) {
    long each = Math.max(1, events / projects);
    for (long i = 0; i < events; i++) {
      int p = (int) ((i * 7919L) % projects);
      int month = (int) Math.min(Records.MONTHS - 1, i / projects * Records.MONTHS / each);
      Records.Event event = event(i, p, month);
      event.ts = i;
      if (i % 5 == 4) {
        progress(event, Math.min(1, plan[p][month] * (0.9 + random.nextDouble() * 0.2)));
      } else {
        double before = month == 0 ? 0 : plan[p][month - 1];
        double due = approved[p] * (plan[p][month] - before) / Math.max(1, each / (double) Records.MONTHS * 0.8);
        event.amount = (long) (due * (0.2 + random.nextDouble() * 1.6));
      }
      send(event, base + i);
    }
  }

  private void pace(long events, long rate) throws InterruptedException {
    long start = System.nanoTime();
    for (long i = 0; i < events; i++) {
      int p = (int) random.nextLong(projects);
      Records.Event event = event(i, p, 0);
      event.ts = Records.nowMicros();
      if (i % 5 == 4) progress(event, plan[p][0]);
      else event.amount = i % 50 == 0 ? approved[p] / 2 : 1;
      send(event, null);
      long ahead = start + (i + 1) * 1_000_000_000L / rate - System.nanoTime();
      if (i % 5 == 4 && ahead > 100_000) Thread.sleep(ahead / 1_000_000, (int) (ahead % 1_000_000));
    }
  }

  private Records.Event event(long number, int project, int month) {
    Records.Event event = new Records.Event();
    event.kind = "payment";
    event.id = String.format("%016x-%08x-evt", number, project);
    event.project = id(project);
    event.line = "BL-" + project + "-" + number % 7;
    event.classification = "205 02 02 general 50601 capital R1234567";
    event.document = "PP-" + number + "/2026 contract no " + number % 9999;
    event.currency = "CNY";
    event.month = month;
    return event;
  }

  private static void progress(Records.Event event, double physical) {
    event.kind = "progress";
    event.physical = physical;
  }

  private void send(Records.Event event, Long timestamp) {
    send(event.kind.equals("progress") ? "progress" : "payments", timestamp, event.project, event);
  }

  private void send(String topic, Long timestamp, String key, Object value) {
    producer.send(new ProducerRecord<>(prefix + "." + topic, null, timestamp, key, Records.write(value)));
  }

  private static String id(int project) {
    return String.format("P%07d", project);
  }
}

package fiscus.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Milliseconds from the making of an event until its warning is read, committed. Warnings of events of the first --warm_up_s are left out: the
 * generator, the JVMs and the caches warm up.
 */
public final class LatencyProbe {
  public static void main(String[] args) {
    Arguments arguments = new Arguments(args);
    KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
        new HashMap<>(Map.of("bootstrap.servers", arguments.text("brokers"), "group.id", "probe-" + System.nanoTime(), "isolation.level",
            "read_committed", "auto.offset.reset", "latest", "fetch.min.bytes", "1")),
        new StringDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(List.of(arguments.text("prefix") + ".warnings"));
    List<Long> micros = new ArrayList<>();
    long end = System.nanoTime() + arguments.number("seconds") * 1_000_000_000L;
    long first = 0;
    while (System.nanoTime() < end) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(50))) {
        long made = Records.read(record.value(), Records.Warning.class).ts;
        if (first == 0) first = made;
        if (made - first >= arguments.number("warm_up_s") * 1_000_000L) micros.add(Records.nowMicros() - made);
      }
    }
    micros.sort(null);
    System.out.printf(java.util.Locale.ROOT, "{\"warnings\": %d, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"p999_ms\": %.2f}%n", micros.size(),
        at(micros, 0.5), at(micros, 0.99), at(micros, 0.999));
  }

  private static double at(List<Long> sorted, double quantile) {
    return sorted.isEmpty() ? 0 : sorted.get((int) (quantile * (sorted.size() - 1))) / 1e3;
  }

  private LatencyProbe() {}
}

#include "tests/bench/facts/topic_writer.h"

#include <cstdlib>
#include <iostream>
#include <utility>

namespace fiscus::bench {

void Fail(const std::string& what) {
  std::cerr << "fiscus-bench-facts: " << what << "\n";
  std::exit(1);
}

events::KafkaHandle Client(const std::string& brokers, rd_kafka_type_t type,
                           events::KafkaSettings settings) {
  settings.emplace("bootstrap.servers", brokers);
  auto client = events::MakeKafka(type, settings, {});
  if (!client.ok()) Fail(client.status().ToString());
  return *std::move(client);
}

int Partitions(rd_kafka_t* client, const std::string& topic) {
  const auto count = events::PartitionCount(client, topic, 20'000);
  if (!count.ok()) Fail(count.status().ToString());
  return *count;
}

TopicWriter::TopicWriter(const std::string& brokers, std::string topic, int linger_ms)
    : topic_(std::move(topic)),
      producer_(Client(brokers, RD_KAFKA_PRODUCER,
                       {{"partitioner", "murmur2_random"},
                        {"linger.ms", std::to_string(linger_ms)},
                        {"compression.type", "lz4"},
                        {"queue.buffering.max.messages", "1000000"}})),
      partitions_(Partitions(producer_.get(), topic_)) {}

void TopicWriter::Send(const monitor::LogRecord& record) {
  if (!record.key.empty()) return SendTo(record, RD_KAFKA_PARTITION_UA);
  for (int p = 0; p < partitions_; ++p) SendTo(record, p);
}

void TopicWriter::Drain(std::vector<monitor::LogRecord>& records) {
  for (const monitor::LogRecord& record : records) Send(record);
  records.clear();
}

void TopicWriter::Flush() {
  if (rd_kafka_flush(producer_.get(), 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    Fail("not all was delivered");
}

void TopicWriter::SendTo(const monitor::LogRecord& record, int partition) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(6);
  const std::string sequence = std::to_string(record.sequence);
  const auto add = [headers](const char* name, const std::string& value) {
    rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  };
  add("ce_id", record.id);
  add("ce_type", record.type);
  add("ce_time", record.time);
  add("ce_tenantid", record.tenant);
  add("ce_aggregate", record.aggregate);
  add("ce_sequence", sequence);
  while (true) {
    const auto error = rd_kafka_producev(
        producer_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    rd_kafka_poll(producer_.get(), error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) Fail(rd_kafka_err2str(error));
  }
  ++sent_;
}

}  // namespace fiscus::bench

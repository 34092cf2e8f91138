// Writes records of a TestLog to a topic of facts as the relays do: CloudEvents headers, key →
// partition, control records to every partition.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/events/kafka_client.h"
#include "services/monitor/engine/log_record.h"

namespace fiscus::bench {

// A client of the brokers; ends the program if it cannot be made.
events::KafkaHandle Client(const std::string& brokers, rd_kafka_type_t type,
                           events::KafkaSettings settings);
// Partitions of a topic; ends the program if nobody answers.
int Partitions(rd_kafka_t* client, const std::string& topic);
[[noreturn]] void Fail(const std::string& what);

class TopicWriter {
 public:
  // `linger_ms`: how long the producer waits for company.
  TopicWriter(const std::string& brokers, std::string topic, int linger_ms);

  void Send(const monitor::LogRecord& record);
  // Writes and forgets the records.
  void Drain(std::vector<monitor::LogRecord>& records);
  // Waits for the acknowledgements.
  void Flush();
  int64_t sent() const { return sent_; }

 private:
  void SendTo(const monitor::LogRecord& record, int partition);

  const std::string topic_;
  events::KafkaHandle producer_;
  const int partitions_;
  int64_t sent_ = 0;
};

}  // namespace fiscus::bench

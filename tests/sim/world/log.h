// A topic as Kafka keeps it: append-only partitions; a record's key decides its partition.
//
// What is appended stays. Appending is idempotent for one producer's repeats only as far as the
// relay says so; a repeat is an ordinary record here, and consumers must see it as one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/random/random.h"
#include "tests/sim/trace/trace.h"

namespace fiscus::sim {

class Log {
 public:
  explicit Log(int partitions) : partitions_(static_cast<size_t>(partitions)) {}

  int partitions() const { return static_cast<int>(partitions_.size()); }
  int PartitionOf(const std::string& key) const {
    return static_cast<int>(Hash(key) % partitions_.size());
  }
  void Append(int partition, const trace::Fact& fact) {
    partitions_[static_cast<size_t>(partition)].push_back(fact);
    for (const auto& wake : wake_) wake(partition);
  }
  const std::vector<trace::Fact>& Records(int partition) const {
    return partitions_[static_cast<size_t>(partition)];
  }
  // `wake` is called with the partition after each append.
  void Watch(std::function<void(int)> wake) { wake_.push_back(std::move(wake)); }

 private:
  std::vector<std::vector<trace::Fact>> partitions_;
  std::vector<std::function<void(int)>> wake_;
};

}  // namespace fiscus::sim

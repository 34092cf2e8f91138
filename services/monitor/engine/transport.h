// What a partition's worker needs of Kafka: the input from an offset, outputs with acknowledgement,
// the changelog. The real one is kafka_transport.h; tests use one in memory, which loses what was
// not acknowledged.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/monitor/codec/output_codec.h"
#include "services/monitor/engine/processor.h"

namespace fiscus::monitor {

// Messages that Kafka has yet to acknowledge. Counted up by the worker, down by the producer's
// thread.
struct Delivery {
  std::atomic<int64_t> waiting = 0;
  std::atomic<bool> failed = false;

  bool done() const { return waiting.load(std::memory_order_acquire) == 0; }
};

// First and next offset of a partition.
struct LogBounds {
  int64_t first = 0;
  int64_t end = 0;
};

// The input of one partition. Used by the worker's thread only.
class InputLog {
 public:
  virtual ~InputLog() = default;
  // Up to `max` records in order; empty if none came within `wait`. Waits for the first only. Views
  // live until the next Poll. DATA_LOSS: the offset is no longer, or not yet, in the log;
  // UNAVAILABLE: try again.
  virtual absl::StatusOr<std::vector<Input>> Poll(int max, absl::Duration wait) = 0;
  // The next Poll starts here.
  virtual absl::Status Seek(int64_t offset) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  virtual absl::StatusOr<std::unique_ptr<InputLog>> OpenInput(int partition, int64_t offset) = 0;
  virtual absl::StatusOr<LogBounds> InputBounds(int partition) = 0;

  // Queue a record; its acknowledgement is counted in `delivery`, which must live until then (or be
  // retired). Order per key, resp. per partition of the changelog, is kept over retries. A full
  // queue is waited for until `stop`: CANCELLED, and nothing was queued.
  virtual absl::Status Publish(const Output& output, Delivery& delivery,
                               const std::stop_token& stop) = 0;
  virtual absl::Status LogState(int partition, std::string_view key, std::string_view value,
                                Delivery& delivery, const std::stop_token& stop) = 0;
  // Waits until something was acknowledged, at most `wait`.
  virtual void AwaitAcks(absl::Duration wait) = 0;
  // Keeps a delivery whose worker is gone until nothing refers to it any more.
  virtual void Retire(std::unique_ptr<Delivery> delivery) = 0;

  // Reads the changelog of a partition from `from` (a position may be compacted away) to its
  // present end, in order.
  virtual absl::Status ReadChangelog(
      int partition, int64_t from,
      absl::FunctionRef<void(std::string_view key, std::string_view value)> visit) = 0;
  virtual absl::StatusOr<LogBounds> ChangelogBounds(int partition) = 0;
};

}  // namespace fiscus::monitor

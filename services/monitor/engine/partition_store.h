// The state of one partition on disk: a RocksDB database of its own, so that a partition moves, is
// wiped or restored alone.
//
// Holds the state records (codec/keys.h) and, under keys that no record has, the meta record and
// the outbox. A commit is ONE write batch: records, next input offset and outputs stand or fall
// together. The log is not synced: after a power loss RocksDB recovers an earlier point in time,
// whole, and the monitor continues from its offset. One thread writes; any thread may read.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/monitor/codec/digest.h"
#include "services/monitor/codec/output_codec.h"

namespace rocksdb {
class Cache;
class DB;
class WriteBufferManager;
}  // namespace rocksdb

namespace fiscus::monitor {

// Which commit of a partition it is; a greater one holds more. Several commits may have the same
// next offset: the chunks of a day, and events found behind a gap.
struct Position {
  int64_t life = 0;         // how often the state was begun anew after an earlier one
  int64_t next_offset = 0;  // of the input, to be read next
  int64_t step = 0;         // commits since next_offset moved

  friend auto operator<=>(const Position&, const Position&) = default;
};

// Where the partition stands. Written with every commit; its bytes are also the changelog's batch
// marker.
struct Meta {
  Position at;
  int64_t day_offset = -1;  // of the DayClosed that is half done; -1: none
  std::string day_cursor;   // the last project key done of it
  Digest digest;            // of all state records
  std::string rules;        // digest of the rules in force
  std::string epoch;        // of the outputs given under them (codec/output_codec.h)

  friend bool operator==(const Meta&, const Meta&) = default;
};
std::string EncodeMeta(const Meta& meta);
// DATA_LOSS for foreign bytes.
absl::StatusOr<Meta> DecodeMeta(std::string_view bytes);

// A key with its new value.
struct StateRecord {
  std::string key;
  std::string value;
};

// What one commit writes.
struct CommitBatch {
  std::vector<StateRecord> records;
  std::vector<Output> outputs;
  Meta meta;

  bool empty() const { return records.empty() && outputs.empty(); }
};

// Outputs of a commit that Kafka has not yet acknowledged, and the keys whose records the changelog
// lacks.
struct OutboxEntry {
  uint64_t number = 0;
  std::vector<Output> outputs;
  std::vector<std::string> keys;
};

// Memory that all partitions of a process share.
struct StoreMemory {
  std::shared_ptr<rocksdb::Cache> block_cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
};
StoreMemory MakeStoreMemory(int64_t block_cache_bytes, int64_t write_buffer_bytes);

class PartitionStore {
 public:
  // Opens or creates. DATA_LOSS: damaged (wipe and restore); UNAVAILABLE: held by another process,
  // no space, no access.
  static absl::StatusOr<std::shared_ptr<PartitionStore>> Open(const std::string& directory,
                                                              const StoreMemory& memory);
  ~PartitionStore();

  // nullopt: nothing was ever committed.
  absl::StatusOr<std::optional<Meta>> ReadMeta() const;
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const;
  // Visits state records in key order from `from` as long as they begin with `prefix` and `visit`
  // returns true.
  absl::Status Scan(
      std::string_view prefix, std::string_view from,
      absl::FunctionRef<bool(std::string_view key, std::string_view value)> visit) const;

  // The one write. Returns the number of the outbox entry.
  absl::StatusOr<uint64_t> Commit(const CommitBatch& batch);
  // Removes outbox entries up to a number: Kafka has them.
  absl::Status DropOutbox(uint64_t last);
  absl::StatusOr<std::vector<OutboxEntry>> ReadOutbox() const;

  // Restoring: records without meta, not logged; then Finish makes them durable together with the
  // meta.
  absl::Status Load(const std::vector<StateRecord>& records);
  absl::Status FinishLoad(const Meta& meta);

  // Deletes a partition's directory.
  static absl::Status Wipe(const std::string& directory);

 private:
  explicit PartitionStore(std::unique_ptr<rocksdb::DB> db);
  std::unique_ptr<rocksdb::DB> db_;
  uint64_t first_outbox_ = 1;  // lowest number that may be there
  uint64_t next_outbox_ = 1;
};

}  // namespace fiscus::monitor

#include "services/monitor/engine/changelog.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/core/status.h"

namespace fiscus::monitor {
namespace {

// Behind the last marker stand at most the commits in flight, so it is looked for from the end, in
// growing steps.
constexpr int64_t kTailStart = 4096;
constexpr int64_t kTailGrowth = 16;
// Records loaded in one write.
constexpr size_t kLoadBatch = 4096;

struct Logged {
  int64_t next_offset = 0;
  std::string_view record;
};

std::optional<Logged> DecodeLogged(std::string_view value) {
  if (value.size() < sizeof(int64_t)) return std::nullopt;
  uint64_t offset = 0;
  for (size_t i = 0; i < sizeof offset; ++i)
    offset = (offset << 8) | static_cast<uint8_t>(value[i]);
  return Logged{static_cast<int64_t>(offset), value.substr(sizeof offset)};
}

// Sum of the hashes of all state records of the store.
absl::StatusOr<Digest> DigestOf(const PartitionStore& store) {
  Digest digest;
  for (const char space : {'P', 'T', 'Y'}) {
    RETURN_IF_ERROR(
        store.Scan(std::string(1, space), {}, [&](std::string_view key, std::string_view value) {
          Add(RecordHash(key, value), digest);
          return true;
        }));
  }
  return digest;
}

}  // namespace

std::string EncodeLogged(int64_t next_offset, std::string_view record) {
  std::string value;
  value.reserve(sizeof next_offset + record.size());
  for (int shift = 56; shift >= 0; shift -= 8) {
    value.push_back(static_cast<char>(static_cast<uint64_t>(next_offset) >> shift));
  }
  value.append(record);
  return value;
}

absl::StatusOr<std::optional<Meta>> LastMarker(Transport& transport, int partition) {
  ASSIGN_OR_RETURN(const LogBounds bounds, transport.ChangelogBounds(partition));
  for (int64_t tail = kTailStart;; tail *= kTailGrowth) {
    const int64_t from = std::max(bounds.first, bounds.end - tail);
    std::optional<Meta> last;
    absl::Status status;
    RETURN_IF_ERROR(
        transport.ReadChangelog(partition, from, [&](std::string_view key, std::string_view value) {
          if (key != kMarkerKey || !status.ok()) return;
          const std::optional<Logged> logged = DecodeLogged(value);
          absl::StatusOr<Meta> meta = DecodeMeta(logged ? logged->record : std::string_view());
          // A marker of another format belongs to another release: there is no state for this one.
          if (!meta.ok()) return;
          // A zombie's late marker may stand behind a newer one.
          if (!last.has_value() || meta->next_offset >= last->next_offset) last = *std::move(meta);
        }));
    RETURN_IF_ERROR(status);
    if (last.has_value() || from <= bounds.first) return last;
  }
}

absl::Status Restore(Transport& transport, int partition, const Meta& marker,
                     PartitionStore& store) {
  ASSIGN_OR_RETURN(const LogBounds bounds, transport.ChangelogBounds(partition));
  absl::flat_hash_map<std::string, int64_t>
      latest;  // key → offset of the commit whose record was taken
  std::vector<StateRecord> batch;
  absl::Status status;
  RETURN_IF_ERROR(transport.ReadChangelog(
      partition, bounds.first, [&](std::string_view key, std::string_view value) {
        if (key == kMarkerKey || !status.ok()) return;
        const std::optional<Logged> logged = DecodeLogged(value);
        if (!logged.has_value() || logged->next_offset > marker.next_offset) return;
        int64_t& taken = latest[std::string(key)];
        if (logged->next_offset < taken) return;
        taken = logged->next_offset;
        batch.push_back({std::string(key), std::string(logged->record)});
        if (batch.size() >= kLoadBatch) {
          status = store.Load(batch);
          batch.clear();
        }
      }));
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(store.Load(batch));
  ASSIGN_OR_RETURN(const Digest digest, DigestOf(store));
  if (digest != marker.digest) {
    return absl::DataLossError(absl::StrCat("the changelog of partition ", partition,
                                            " does not hold the state at offset ",
                                            marker.next_offset, ": its digest differs"));
  }
  return store.FinishLoad(marker);
}

}  // namespace fiscus::monitor

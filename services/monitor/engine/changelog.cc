#include "services/monitor/engine/changelog.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/core/status.h"
#include "services/monitor/codec/wire.h"

namespace fiscus::monitor {
namespace {

// Behind the last marker stand at most the commits in flight, so it is looked for from the end, in
// growing steps.
constexpr int64_t kTailStart = 4096;
constexpr int64_t kTailGrowth = 16;
// Records loaded in one write.
constexpr size_t kLoadBatch = 4096;

// Of the label that precedes each record; readable whatever the format of the record.
constexpr uint64_t kLabelFormat = 1;

struct Logged {
  Position at;
  std::string_view record;
};

std::optional<Logged> DecodeLogged(std::string_view value) {
  Reader reader(value);
  const bool known = reader.Unsigned() == kLabelFormat;
  Logged logged;
  logged.at.life = reader.Signed();
  logged.at.next_offset = reader.Signed();
  logged.at.step = reader.Signed();
  logged.record = reader.Rest();
  if (!known || !reader.ok()) return std::nullopt;
  return logged;
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

std::string EncodeLogged(const Position& at, std::string_view record) {
  std::string value;
  Writer writer(value);
  writer.Unsigned(kLabelFormat);
  writer.Signed(at.life);
  writer.Signed(at.next_offset);
  writer.Signed(at.step);
  value.append(record);
  return value;
}

absl::StatusOr<ChangelogEnd> ReadEnd(Transport& transport, int partition) {
  ASSIGN_OR_RETURN(const LogBounds bounds, transport.ChangelogBounds(partition));
  for (int64_t tail = kTailStart;; tail *= kTailGrowth) {
    const int64_t from = std::max(bounds.first, bounds.end - tail);
    ChangelogEnd end;
    RETURN_IF_ERROR(
        transport.ReadChangelog(partition, from, [&](std::string_view key, std::string_view value) {
          const std::optional<Logged> logged = DecodeLogged(value);
          if (!logged.has_value()) return;
          end.life = std::max(end.life, logged->at.life);
          if (key != kMarkerKey) return;
          absl::StatusOr<Meta> meta = DecodeMeta(logged->record);
          // A marker of another format belongs to another release: there is no state for this one.
          if (!meta.ok()) return;
          // A zombie's late marker may stand behind a newer one.
          if (!end.marker.has_value() || meta->at >= end.marker->at) end.marker = *std::move(meta);
        }));
    if (end.marker.has_value() || from <= bounds.first) return end;
  }
}

absl::Status Restore(Transport& transport, int partition, const Meta& marker,
                     PartitionStore& store) {
  ASSIGN_OR_RETURN(const LogBounds bounds, transport.ChangelogBounds(partition));
  absl::flat_hash_map<std::string, Position> latest;  // key → of the record that was taken
  std::vector<StateRecord> batch;
  absl::Status status;
  RETURN_IF_ERROR(transport.ReadChangelog(
      partition, bounds.first, [&](std::string_view key, std::string_view value) {
        if (key == kMarkerKey || !status.ok()) return;
        const std::optional<Logged> logged = DecodeLogged(value);
        if (!logged.has_value() || logged->at.life != marker.at.life || logged->at > marker.at)
          return;
        Position& taken = latest.try_emplace(std::string(key), logged->at).first->second;
        if (logged->at < taken) return;
        taken = logged->at;
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
                                            marker.at.next_offset, ": its digest differs"));
  }
  return store.FinishLoad(marker);
}

}  // namespace fiscus::monitor

// The changelog: a compacted topic from which a lost disk is restored. One partition for each of
// the input.
//
// Key = state key (codec/keys.h); value = the position of the commit that wrote it, then the
// record. The marker, key "M", follows a commit's records once all of them and all its outputs are
// acknowledged; it holds the Meta.
//
// State is restored up to the last marker: records of later commits and of earlier lives are left
// out, and of one key the record of the latest commit counts, wherever it stands (a zombie's late
// record does not). The digest in the marker then proves that nothing is missing; if it is
// (compacted away, lost), the state is rebuilt from the input's beginning instead, as another life.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/monitor/engine/partition_store.h"
#include "services/monitor/engine/transport.h"

namespace fiscus::monitor {

inline constexpr std::string_view kMarkerKey = "M";

std::string EncodeLogged(const Position& at, std::string_view record);

// What stands at the end of a changelog.
struct ChangelogEnd {
  std::optional<Meta> marker;  // the last; nullopt: there is none that this release can use
  int64_t life = -1;           // the highest that a record there bears, -1: there is no record
};
absl::StatusOr<ChangelogEnd> ReadEnd(Transport& transport, int partition);

// Fills an empty store with the state of `marker`. DATA_LOSS: the changelog does not hold that
// state (any more).
absl::Status Restore(Transport& transport, int partition, const Meta& marker,
                     PartitionStore& store);

}  // namespace fiscus::monitor

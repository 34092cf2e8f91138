// Turns records of one partition into state changes and outputs. Deterministic: no clock, no
// randomness; the outcome of a record depends on the records before it and on nothing else. Not
// thread-safe: the partition's thread owns it.
//
// Every event is applied exactly once: per aggregate, sequences seen are dropped and a gap is
// reported, not jumped.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/monitor/codec/event_codec.h"
#include "services/monitor/codec/output_codec.h"
#include "services/monitor/engine/project_cache.h"
#include "services/monitor/predicates/all.h"

namespace fiscus::monitor {

// A record of the input topic. Views live until the next poll.
struct Input {
  int64_t offset = 0;
  std::string_view key;
  std::string_view type;  // ce_type
  std::string_view value;
  EventHead head;
};

// What became of a record.
enum class Fate : uint8_t {
  kApplied,
  kDuplicate,  // its sequence was applied before
  kForeign,    // not an event of ours, or of a kind that the monitor does not follow
  kGap,        // events of its aggregate are missing before it; nothing changed
  kPoison,     // an event of ours that cannot be read; nothing changed
  kDay,        // a DayClosed that is due: call CloseDay until it says done
};
struct Outcome {
  Fate fate = Fate::kForeign;
  int64_t expected = 0;  // kGap: the sequence that is missing
  std::string what;      // kPoison: why it cannot be read
};

class Processor {
 public:
  Processor(const RuleSet& rules, size_t projects_max);

  // Starts from what the store holds. Forgets everything in memory. Outputs belong to `epoch`.
  void Bind(std::shared_ptr<PartitionStore> store, const Digest& digest, std::string epoch);

  // Folds one record. `accept_gap`: an operator has decided that the missing events will not come.
  // Errors are the store's.
  absl::StatusOr<Outcome> Apply(const Input& input, bool accept_gap = false);
  // An operator has decided to pass a record over: its sequence counts as seen, nothing else
  // changes.
  absl::Status Skip(const Input& input);

  // Evaluates up to `projects_max` projects of the tenant for a DayClosed (fate kDay), in key order
  // after `cursor`. Returns the new cursor; empty: all done and the day is closed. All changes must
  // have been committed before: projects are read from the store.
  absl::StatusOr<std::string> CloseDay(const Input& input, const std::string& cursor,
                                       int projects_max);

  // Takes the changes and outputs since the last Take; of the meta only the digest is set.
  CommitBatch Take(std::vector<Totals::Change>& totals);
  size_t output_count() const { return outputs_.size(); }
  const Digest& digest() const { return digest_; }

 private:
  struct Subject;  // processor.cc
  absl::StatusOr<Outcome> CountOnly(const Input& input, bool accept_gap);
  absl::StatusOr<Outcome> Fold(DecodedEvent& decoded, const Input& input, bool accept_gap);
  absl::StatusOr<Outcome> FoldDay(const DayClosed& day, const Input& input, bool accept_gap);
  void JoinEpoch(ProjectState& project) const;
  void Publish(CachedProject& project, const EventHead& head);
  void Evaluate(rules::Trigger trigger, CachedProject& project, Touched& touched,
                const Refusal& refusal, const EventHead& head);
  void EvaluateOne(uint16_t rule, const Subject& subject, CachedProject& project,
                   const EventHead& head);
  void ClearRemoved(CachedProject& project, Milestone& milestone, const EventHead& head);

  const RuleSet& rules_;
  EventDecoder decoder_;
  ProjectCache cache_;
  std::shared_ptr<PartitionStore> store_;
  Digest digest_;
  std::string epoch_;
  std::vector<Output> outputs_;
};

}  // namespace fiscus::monitor

#include "tests/sim/world/outbox.h"

#include <vector>

namespace fiscus::sim {
namespace {

constexpr int kBatchMax = 8;
constexpr int64_t kRoundMs = 10;
constexpr int64_t kErrorPauseMs = 200;

}  // namespace

void Outbox::Commit(int64_t id, const trace::Fact& fact) {
  rows_[id] = {fact};
  Wake();
}

void Outbox::Crash() {}

void Outbox::Restart() {
  awake_ = false;  // whoever woke it while it was down was not heard
  Wake();
}

void Outbox::Wake() {
  if (awake_) return;
  awake_ = true;
  kernel_.After(*this, kRoundMs, name() + " round", [this] { Round(); });
}

// The row is in the log afterwards, unless it is lost on the way.
bool Outbox::Produce(int64_t id, const trace::Fact& fact) {
  if (kernel_.Happens(FaultKind::kLose, name() + " produce " + std::to_string(id))) return false;
  const int first = fact.broadcast ? 0 : log_.PartitionOf(fact.key);
  const bool all = fact.broadcast && !bugs_.Has(Bug::kTickLost);
  for (int p = first; p < (all ? log_.partitions() : first + 1); ++p) log_.Append(p, fact);
  return true;
}

void Outbox::Round() {
  std::vector<int64_t> acked;
  int claimed = 0;
  bool failed = false;
  for (auto& [id, row] : rows_) {
    if (row.sent || (bugs_.Has(Bug::kRelayCursor) && id <= cursor_)) continue;
    if (++claimed > kBatchMax) break;
    if (bugs_.Has(Bug::kRelayMarksBeforeAck)) row.sent = true;
    const bool arrived = Produce(id, row.fact);
    // In the log, but nobody says so: it may have arrived, so it is sent again.
    const bool unsaid =
        arrived && kernel_.Happens(FaultKind::kRepeat, name() + " ack " + std::to_string(id));
    if (arrived && !unsaid) {
      acked.push_back(id);
      cursor_ = id;
      continue;
    }
    failed = true;
    if (!bugs_.Has(Bug::kRelayOutOfOrder)) break;
  }
  awake_ = false;
  if (claimed == 0) return;
  awake_ = true;
  // A crash in between repeats the batch.
  kernel_.After(*this, failed ? kErrorPauseMs : kRoundMs, name() + " marks", [this, acked] {
    for (const int64_t id : acked) rows_.erase(id);
    awake_ = false;
    Wake();
  });
}

}  // namespace fiscus::sim

// Alerting's shell in memory: takes warnings in, closes days and carries out commands, one
// transaction each, around the real alert core (services/alerting/domain).
//
// A transaction writes the alert, its history, the evidence, the inbox and the outbox together, as
// consumers/warning_changed.cc, rpc/close_day.cc and rpc/command.cc do it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/alerting/domain/alert.h"
#include "tests/sim/auditor/auditor.h"
#include "tests/sim/world/outbox.h"

namespace fiscus::sim {

// What a person wants done to the latest (or, `first`: the first) alert of a fingerprint.
struct AlertOrder {
  std::string fingerprint;  // empty: see nth
  int nth = 0;              // which fingerprint, of those known, in order
  bool first = false;
  int command = 0;  // alerting::Command; 0: the next one on the way
  bool own_unit = false;
};

class AlertingShell : public Part {
 public:
  AlertingShell(Kernel& kernel, const Bugs& bugs, audit::Auditor& auditor, const Log& warnings,
                Outbox& outbox);

  using Reply = std::function<void(const trace::Answer&)>;
  void Wake(int partition);
  void CloseDay(const std::string& request_id, int32_t day, const Reply& reply);
  void Order(const std::string& request_id, const AlertOrder& order, const Reply& reply);
  int32_t closed_day() const { return closed_; }

  void Crash() override;
  void Restart() override;

 private:
  void Poll(int partition);
  bool Take(const trace::Fact& fact);
  void Receive(const trace::Fact& fact, trace::AlertCommit& commit);
  void Keep(const alerting::Change& change, trace::AlertCommit& commit, bool dismissed_own = false);

  Kernel& kernel_;
  const Bugs& bugs_;
  audit::Auditor& auditor_;
  const Log& warnings_;
  Outbox& outbox_;
  // Durable.
  std::map<std::string, std::vector<alerting::Alert>> alerts_;  // by fingerprint, by ordinal
  std::set<std::string> evidence_;
  std::map<std::string, int64_t> inbox_;  // by aggregate: last sequence
  std::vector<size_t> offsets_;           // by partition
  std::map<std::string, trace::Answer> requests_;
  int32_t closed_ = 0;
  int64_t ticks_ = 0;
  // Not durable.
  std::vector<bool> awake_;
};

}  // namespace fiscus::sim

// The transactional outbox and its relay, as libs/events has them: rows are claimed by their state,
// sent in order, nothing behind a failed row, marked when the log has acknowledged them.
//
// The owner commits rows with Commit; ids are taken earlier (TakeId), when the transaction writes
// them, so that a transaction may commit behind a younger one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "tests/sim/trace/trace.h"
#include "tests/sim/world/bugs.h"
#include "tests/sim/world/kernel.h"
#include "tests/sim/world/log.h"

namespace fiscus::sim {

class Outbox : public Part {
 public:
  Outbox(std::string name, Kernel& kernel, Log& log, const Bugs& bugs)
      : Part(std::move(name)), kernel_(kernel), log_(log), bugs_(bugs) {}

  int64_t TakeId() { return ++last_id_; }
  // The row is durable from here on.
  void Commit(int64_t id, const trace::Fact& fact);

  void Crash() override;
  void Restart() override;

 private:
  struct Row {
    trace::Fact fact;
    bool sent = false;
  };
  void Wake();
  void Round();
  bool Produce(int64_t id, const trace::Fact& fact);

  Kernel& kernel_;
  Log& log_;
  const Bugs& bugs_;
  std::map<int64_t, Row> rows_;  // durable
  int64_t last_id_ = 0;          // durable: a sequence
  int64_t cursor_ = 0;           // durable; only the planted bug reads it
  bool awake_ = false;
};

}  // namespace fiscus::sim

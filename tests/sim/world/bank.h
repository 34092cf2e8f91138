// The bank: takes an instruction once per id, decides, and tells each event until it is
// acknowledged. It forgets nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "tests/sim/auditor/auditor.h"
#include "tests/sim/world/kernel.h"

namespace fiscus::sim {

// `kind` as in services/payments/domain/bank_event.h: ACCEPTED, CLEARED, REJECTED, RECEIPT,
// REFUNDED; empty: nothing yet.
struct BankNews {
  std::string event_id, payment_id, kind;
  int64_t amount = 0;
};

class Bank : public Part {
 public:
  // Delivers an event to the government's side; `acked` is to be called when it is kept.
  using Tell = std::function<void(const BankNews& news, const std::function<void()>& acked)>;

  Bank(Kernel& kernel, audit::Auditor& auditor)
      : Part("bank"), kernel_(kernel), auditor_(auditor) {}
  void Connect(Tell tell) { tell_ = std::move(tell); }

  // The latest news of the instruction; taken anew if its id is unknown.
  BankNews Instruct(const std::string& instruction_id, const std::string& payment_id,
                    int64_t amount);
  // Null if the bank knows no such instruction.
  const BankNews* Query(const std::string& instruction_id) const;

  void Crash() override {}
  void Restart() override {}

 private:
  void Happen(const std::string& instruction_id, int64_t delay_ms, BankNews news);
  void Report(const BankNews& news, int attempt);

  Kernel& kernel_;
  audit::Auditor& auditor_;
  Tell tell_;
  std::map<std::string, BankNews> latest_;  // by instruction
  std::map<std::string, bool> acked_;       // by event
};

}  // namespace fiscus::sim

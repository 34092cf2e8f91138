// Pulls events from the bank's adapter for ever and applies them, in order, with the cursor in the
// same transaction. One thread, which also counts what has been open for too long (doubt.h).
//
// Several instances may run: the cursor moves by compare-and-set and events are applied once by
// their ids. Whatever fails is pulled again after a pause; a bad event is logged, counted and
// passed over, so that it cannot stop the others.
#pragma once

#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/payments/deps.h"

namespace fiscus::payments {

class BankFeed {
 public:
  // `wait_max`: how long a pull waits for the first event.
  BankFeed(const Deps& deps, absl::Duration wait_max) : deps_(deps), wait_max_(wait_max) {}
  ~BankFeed() { Stop(); }

  void Start();
  void Stop();

  // One pull on the calling thread; the number of events pulled. For tests and the loop.
  absl::StatusOr<int> PullOnce();

 private:
  void Loop(const std::stop_token& stop);

  const Deps& deps_;
  const absl::Duration wait_max_;
  std::jthread thread_;
};

}  // namespace fiscus::payments

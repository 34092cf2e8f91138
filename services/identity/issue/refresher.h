// The thread that keeps the key ring and the revocations fresh. Owns its thread; Stop before what
// it refreshes goes.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "services/identity/issue/key_ring.h"
#include "services/identity/issue/own_verifier.h"

namespace fiscus::identity {

class Refresher {
 public:
  Refresher(KeyRing& keys, OwnVerifier& verifier, absl::Duration every)
      : keys_(keys), verifier_(verifier), every_(every) {}
  ~Refresher() { Stop(); }

  // Refreshes once, on the calling thread, then keeps on. A failure is logged and tried again.
  void Start();
  void Stop();
  // Refreshes now instead of at the next turn: something was revoked or rotated here.
  void Wake();
  // True if the last turn went well.
  bool Healthy() const;

 private:
  void Run(const std::stop_token& stop);
  void RefreshOnce();

  KeyRing& keys_;
  OwnVerifier& verifier_;
  const absl::Duration every_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  bool woken_ = false;
  bool healthy_ = false;
  std::jthread thread_;
};

}  // namespace fiscus::identity

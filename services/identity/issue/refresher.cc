#include "services/identity/issue/refresher.h"

#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::identity {

void Refresher::Start() {
  RefreshOnce();
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Refresher::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Refresher::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

bool Refresher::Healthy() const {
  const std::lock_guard lock(mutex_);
  return healthy_;
}

void Refresher::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, absl::ToChronoMilliseconds(every_), [this] { return woken_; });
      woken_ = false;
    }
    if (!stop.stop_requested()) RefreshOnce();
  }
}

void Refresher::RefreshOnce() {
  absl::Status status = keys_.Refresh();
  if (status.ok()) status = verifier_.Refresh();
  {
    const std::lock_guard lock(mutex_);
    healthy_ = status.ok();
  }
  if (status.ok()) return;
  metrics::Counter("fiscus_identity_refresh_failures_total",
                   "Keys or revocations could not be read")
      .Increment();
  log::Warning("keys and revocations not refreshed", {{"error", status.ToString()}});
}

}  // namespace fiscus::identity

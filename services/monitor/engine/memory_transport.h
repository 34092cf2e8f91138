// Kafka in memory, for tests: three logs, acknowledgements that come when asked for, and a crash
// that keeps only a part of what was not acknowledged, as a broker does.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "services/monitor/engine/test_log.h"
#include "services/monitor/engine/transport.h"

namespace fiscus::monitor {

class MemoryTransport final : public Transport {
 public:
  MemoryTransport(const std::vector<LogRecord>& input, uint32_t seed)
      : input_(input), random_(seed) {}

  // What the topics hold.
  std::vector<Output> outputs[3];  // by OutputTopic
  std::vector<std::pair<std::string, std::string>> changelog;
  int64_t input_first = 0;  // lower offsets are gone

  absl::StatusOr<std::unique_ptr<InputLog>> OpenInput(int /*partition*/, int64_t offset) override {
    return std::make_unique<Log>(*this, offset);
  }
  absl::StatusOr<LogBounds> InputBounds(int /*partition*/) override {
    return LogBounds{input_first, static_cast<int64_t>(input_.size())};
  }
  absl::Status Publish(const Output& output, Delivery& delivery,
                       const std::stop_token& /*stop*/) override {
    ++delivery.waiting;
    pending_[static_cast<size_t>(output.topic)].push_back({output, "", "", &delivery});
    return absl::OkStatus();
  }
  absl::Status LogState(int /*partition*/, std::string_view key, std::string_view value,
                        Delivery& delivery, const std::stop_token& /*stop*/) override {
    ++delivery.waiting;
    pending_[0].push_back({{}, std::string(key), std::string(value), &delivery});
    return absl::OkStatus();
  }
  bool silent = false;  // no acknowledgement comes
  // Acknowledges a random number of records of each topic, sometimes none.
  void AwaitAcks(absl::Duration /*wait*/) override {
    if (silent) return;
    for (auto& queue : pending_) {
      for (size_t left = random_() % (queue.size() + 1); left > 0; --left) Settle(queue, true);
    }
  }
  void AcknowledgeAll() {
    for (auto& queue : pending_) {
      while (!queue.empty()) Settle(queue, true);
    }
  }
  void Retire(std::unique_ptr<Delivery> delivery) override {
    retired_.push_back(std::move(delivery));
  }

  // The process died: of what was under way, a prefix per topic arrived all the same.
  void Crash() {
    for (auto& queue : pending_) {
      for (size_t kept = random_() % (queue.size() + 1); kept > 0; --kept) Settle(queue, false);
      queue.clear();
    }
  }
  // Keeps the last record of each key.
  void Compact() {
    std::map<std::string, size_t> last;
    for (size_t i = 0; i < changelog.size(); ++i) last[changelog[i].first] = i;
    std::vector<std::pair<std::string, std::string>> kept;
    for (size_t i = 0; i < changelog.size(); ++i) {
      if (last[changelog[i].first] == i) kept.push_back(changelog[i]);
    }
    changelog = std::move(kept);
  }

  absl::Status ReadChangelog(
      int /*partition*/, int64_t from,
      absl::FunctionRef<void(std::string_view, std::string_view)> visit) override {
    for (size_t i = static_cast<size_t>(from); i < changelog.size(); ++i)
      visit(changelog[i].first, changelog[i].second);
    return absl::OkStatus();
  }
  absl::StatusOr<LogBounds> ChangelogBounds(int /*partition*/) override {
    return LogBounds{0, static_cast<int64_t>(changelog.size())};
  }

 private:
  struct Pending {
    Output output;
    std::string key;
    std::string value;
    Delivery* delivery;
  };

  class Log final : public InputLog {
   public:
    Log(MemoryTransport& transport, int64_t offset) : transport_(transport), next_(offset) {}
    absl::StatusOr<std::vector<Input>> Poll(int max, absl::Duration /*wait*/) override {
      if (next_ < transport_.input_first) return absl::DataLossError("offset out of range");
      std::vector<Input> inputs;
      while (static_cast<int>(inputs.size()) < max &&
             next_ < static_cast<int64_t>(transport_.input_.size())) {
        const LogRecord& r = transport_.input_[static_cast<size_t>(next_)];
        inputs.push_back({next_++,
                          r.key,
                          r.type,
                          r.value,
                          {r.tenant, r.aggregate, r.sequence, r.id, r.time, ""}});
      }
      return inputs;
    }
    absl::Status Seek(int64_t offset) override {
      next_ = offset;
      return absl::OkStatus();
    }

   private:
    MemoryTransport& transport_;
    int64_t next_;
  };

  void Settle(std::deque<Pending>& queue, bool acknowledge) {
    Pending& first = queue.front();
    if (&queue == &pending_[0]) {
      changelog.emplace_back(first.key, first.value);
    } else {
      outputs[static_cast<size_t>(first.output.topic)].push_back(first.output);
    }
    if (acknowledge) --first.delivery->waiting;
    queue.pop_front();
  }

  const std::vector<LogRecord>& input_;
  std::mt19937 random_;
  std::deque<Pending> pending_[3];  // 0: changelog, else by OutputTopic
  std::vector<std::unique_ptr<Delivery>> retired_;
};

}  // namespace fiscus::monitor

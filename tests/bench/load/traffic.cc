#include "tests/bench/load/traffic.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "libs/core/ids.h"
#include "libs/rpc/status_codec.h"
#include "libs/runtime/clock.h"
#include "tests/bench/load/requests.h"

namespace fiscus::bench {
namespace {

// A connection carries this many calls; gRPC orders the calls of one connection on one thread.
constexpr int kLanesPerChannel = 16;
constexpr absl::Duration kCallMax = absl::Seconds(20);

// What all lanes share.
class Run {
 public:
  Run(const Plan& plan, absl::Time start)
      : plan(plan),
        begin(start + plan.warm_up),
        end(begin + plan.length),
        next_line_(plan.first_line) {}

  const Plan& plan;
  const absl::Time begin;
  const absl::Time end;

  // kApprove: the next line to make, or −1.
  int64_t TakeLine() {
    const int64_t line = next_line_.fetch_add(1);
    return line < plan.first_line + plan.lines ? line : -1;
  }
  void Fail(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    if (error_.ok()) error_ = rpc::FromWire(status);
    failed_ = true;
  }
  bool failed() const { return failed_; }
  absl::Status error() const { return error_; }

 private:
  std::atomic<int64_t> next_line_;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  absl::Status error_;
};

// Channels to one address share a connection unless an argument tells them apart.
std::shared_ptr<grpc::Channel> Connection(const std::string& address, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("fiscus.bench.connection", number);
  arguments.SetMaxReceiveMessageSize(16 * 1024 * 1024);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

bool IsRefusal(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
}

// One call in flight; the answer starts the next one, on gRPC's thread.
class Lane {
 public:
  Lane(Run& run, Stub& stub, int number, std::latch& done)
      : run_(run), stub_(stub), requests_(run.plan, number), done_(done) {}

  void Next() {
    if (run_.failed()) return Stop();
    if (run_.plan.kind == Kind::kApprove) {
      const int64_t line = run_.TakeLine();
      return line < 0 ? Stop() : Approve(line);
    }
    if (SystemClock().Now() >= run_.end) return Stop();
    run_.plan.kind == Kind::kBatch ? Batch() : Reserve();
  }

  int64_t accepted = 0;
  int64_t refused = 0;
  int64_t worked = 0;
  std::vector<double> latency_ms;

 private:
  grpc::ClientContext& Fresh() {
    context_ = std::make_unique<grpc::ClientContext>();
    sent_ = SystemClock().Now();
    context_->set_deadline(absl::ToChronoTime(sent_ + kCallMax));
    context_->AddMetadata("authorization", "Bearer " + run_.plan.token);
    context_->AddMetadata("x-fiscus-tenant", run_.plan.tenant);
    return *context_;
  }

  void Approve(int64_t line) {
    approve_ = requests_.Approve(line);
    stub_.async()->ApproveLine(&Fresh(), &approve_, &ledger_, [this](const grpc::Status& status) {
      Answered(status, status.ok() ? 1 : 0, 0);
    });
  }

  void Reserve() {
    reserve_ = requests_.Reserve();
    stub_.async()->Reserve(&Fresh(), &reserve_, &reserved_, [this](const grpc::Status& status) {
      if (run_.plan.kind == Kind::kPay && status.ok()) return Post();
      Answered(status, status.ok() ? 1 : 0, IsRefusal(status) ? 1 : 0);
    });
  }

  // The second half of a payment; its latency begins with the first.
  void Post() {
    post_ = requests_.Post(reserve_);
    const absl::Time sent = sent_;
    grpc::ClientContext& context = Fresh();
    sent_ = sent;
    stub_.async()->Post(&context, &post_, &ledger_, [this](const grpc::Status& status) {
      Answered(status, status.ok() ? 1 : 0, 0);
    });
  }

  void Batch() {
    batch_ = requests_.Batch();
    stub_.async()->BatchReserve(&Fresh(), &batch_, &batched_, [this](const grpc::Status& status) {
      int64_t taken = 0;
      for (const auto& result : batched_.results()) taken += result.has_response() ? 1 : 0;
      Answered(status, taken, batched_.results_size() - taken);
    });
  }

  void Answered(const grpc::Status& status, int64_t taken, int64_t turned_down) {
    if (!status.ok() && turned_down == 0) {
      run_.Fail(status);
      return Stop();
    }
    worked += taken + turned_down;
    const absl::Time now = SystemClock().Now();
    const bool counts =
        run_.plan.kind == Kind::kApprove || (sent_ >= run_.begin && now <= run_.end);
    if (counts) {
      accepted += taken;
      refused += turned_down;
      latency_ms.push_back(absl::ToDoubleMilliseconds(now - sent_));
    }
    Next();
  }

  void Stop() { done_.count_down(); }

  Run& run_;
  Stub& stub_;
  Requests requests_;
  std::latch& done_;
  std::unique_ptr<grpc::ClientContext> context_;
  absl::Time sent_;
  v1::ApproveLineRequest approve_;
  v1::ReserveRequest reserve_;
  v1::PostRequest post_;
  v1::BatchReserveRequest batch_;
  v1::LedgerResponse ledger_;
  v1::ReserveResponse reserved_;
  v1::BatchReserveResponse batched_;
};

}  // namespace

std::string LineId(int64_t number) { return NamedUuid("fiscus/bench/lines", absl::StrCat(number)); }
std::string ProjectId(int64_t number) {
  return NamedUuid("fiscus/bench/projects", absl::StrCat(number));
}

absl::StatusOr<Result> Run(const Plan& plan) {
  std::vector<std::unique_ptr<Stub>> stubs;
  for (int i = 0; i * kLanesPerChannel < plan.in_flight; ++i) {
    stubs.push_back(std::make_unique<Stub>(Connection(plan.address, i)));
  }
  const absl::Time start = SystemClock().Now();
  class Run run(plan, start);
  std::latch done(plan.in_flight);
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int i = 0; i < plan.in_flight; ++i) {
    lanes.push_back(std::make_unique<Lane>(run, *stubs[i % stubs.size()], i, done));
  }
  for (const auto& lane : lanes) lane->Next();
  done.wait();
  if (!run.error().ok()) return run.error();
  Result result;
  for (const auto& lane : lanes) {
    result.accepted += lane->accepted;
    result.refused += lane->refused;
    result.worked += lane->worked;
    result.latency_ms.insert(result.latency_ms.end(), lane->latency_ms.begin(),
                             lane->latency_ms.end());
  }
  std::sort(result.latency_ms.begin(), result.latency_ms.end());
  const absl::Duration measured =
      plan.kind == Kind::kApprove ? SystemClock().Now() - start : plan.length;
  result.seconds = absl::ToDoubleSeconds(measured);
  return result;
}

}  // namespace fiscus::bench

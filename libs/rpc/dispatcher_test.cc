// The path of every RPC over loopback: what arrives as bytes is read, refused or answered, always
// with reason and metric.
#include <grpc/support/log.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "fiscus/alerting/v1/alerting_service.grpc.pb.h"
#include "libs/core/status.h"
#include "libs/rpc/host.h"
#include "libs/runtime/metrics.h"

namespace fiscus::rpc {
namespace {

using alerting::v1::AlertChange;
using alerting::v1::AlertingService;
using alerting::v1::CountAlertsRequest;
using alerting::v1::CountAlertsResponse;
using alerting::v1::ListAlertsRequest;
using alerting::v1::ListAlertsResponse;
using alerting::v1::WatchAlertsRequest;

constexpr char kList[] = "/fiscus.alerting.v1.AlertingService/ListAlerts";
constexpr char kCount[] = "/fiscus.alerting.v1.AlertingService/CountAlerts";
constexpr char kWatch[] = "/fiscus.alerting.v1.AlertingService/WatchAlerts";
constexpr int kBytesMax = 64 * 1024;
// A project_id in GBK, as a client sends that does not know of UTF-8.
constexpr char kForeignText[] = "\x12\x04\xcf\xee\xc4\xbf";

// Every token is good, for every unit.
class AnyToken final : public TokenVerifier {
 public:
  absl::StatusOr<Caller> Verify(std::string_view, absl::Time) const override {
    return Caller{.tenant = "t1", .subject = "u1", .grants = {{"/", {"alerts.read"}}}};
  }
};

struct Deps {
  std::atomic<int>& calls;
  std::mutex& gate;  // a list waits for it
};

absl::StatusOr<ListAlertsResponse> ListAlerts(const Deps& deps, const Call&,
                                              const ListAlertsRequest& request) {
  const std::lock_guard wait(deps.gate);
  ++deps.calls;
  ListAlertsResponse response;
  response.set_next_page_token(request.project_id());
  return response;
}

// Reads its request when the worker has long gone on.
void CountAlerts(const Deps& deps, const Call&, const CountAlertsRequest& request,
                 Reply<CountAlertsResponse> reply) {
  ++deps.calls;
  std::thread([&request, reply = std::move(reply)]() mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CountAlertsResponse response;
    response.add_counts()->set_rule_id(request.under_path());
    reply.Finish(response);
  }).detach();
}

void WatchAlerts(const Deps& deps, const Call&, const WatchAlertsRequest& request,
                 std::shared_ptr<StreamWriter<AlertChange>> stream) {
  ++deps.calls;
  AlertChange change;
  change.set_resume_token(request.resume_token());
  stream->Write(change);
  stream->Write(change);
  stream->Finish(absl::OkStatus());
}

// As tools/protoc-gen-fiscus makes it.
class Service final
    : public AlertingService::WithRawCallbackMethod_ListAlerts<
          AlertingService::WithRawCallbackMethod_CountAlerts<
              AlertingService::WithRawCallbackMethod_WatchAlerts<AlertingService::Service>>> {
 public:
  Service(const Context& context, const Deps& deps)
      : rpc_(context, "fiscus.alerting.v1.AlertingService"), deps_(deps) {}
  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* c, const grpc::ByteBuffer* q,
                                       grpc::ByteBuffer* r) override {
    return rpc_.Unary<ListAlertsRequest, ListAlertsResponse>(c, q, r, kList, deps_,
                                                             &rpc::ListAlerts);
  }
  grpc::ServerUnaryReactor* CountAlerts(grpc::CallbackServerContext* c, const grpc::ByteBuffer* q,
                                        grpc::ByteBuffer* r) override {
    return rpc_.Async<CountAlertsRequest, CountAlertsResponse>(c, q, r, kCount, deps_,
                                                               &rpc::CountAlerts);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchAlerts(grpc::CallbackServerContext* c,
                                                          const grpc::ByteBuffer* q) override {
    return rpc_.Stream<WatchAlertsRequest, AlertChange>(c, q, kWatch, deps_, &rpc::WatchAlerts);
  }

 private:
  Dispatcher rpc_;
  const Deps& deps_;
};

// A server of one worker, and a client of it.
struct World {
  World() {
    config.set_worker_threads(1);
    config.set_request_bytes_max(kBytesMax);
    host.emplace("test", config, std::make_unique<AnyToken>());
    service.emplace(host->MakeContext(nullptr), deps);
    host->Add(*service, "fiscus.alerting.v1.AlertingService");
    REQUIRE(host->Start().ok());
    channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(host->port()),
                                  grpc::InsecureChannelCredentials());
  }

  std::unique_ptr<AlertingService::Stub> Stub() const { return AlertingService::NewStub(channel); }

  config::v1::Server config;
  std::atomic<int> calls{0};
  std::mutex gate;
  const Deps deps{calls, gate};
  std::optional<Host> host;
  std::optional<Service> service;
  std::shared_ptr<grpc::Channel> channel;
};

void Prepare(grpc::ClientContext& context, bool with_token = true) {
  if (with_token) context.AddMetadata("authorization", "Bearer x");
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
}

// The status that a call with these bytes gets.
grpc::Status Send(const World& world, const char* method, const std::string& bytes,
                  bool with_token = true) {
  grpc::GenericStub stub(world.channel);
  grpc::ClientContext context;
  Prepare(context, with_token);
  grpc::CompletionQueue queue;
  const grpc::Slice slice(bytes);
  const auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status;
}

std::string ReasonOf(const grpc::Status& status) {
  const auto info = RefusalOf(FromWire(status));
  return info.has_value() ? info->domain + " " + info->reason : "";
}

double Answered(const char* method, grpc::StatusCode code) {
  return metrics::Counter("fiscus_rpc_total", "Calls answered",
                          {{"method", method}, {"code", std::to_string(static_cast<int>(code))}})
      .Value();
}

// The lines that `act` has logged; each must be a JSON object.
std::vector<nlohmann::json> LinesOf(const std::function<void()>& act) {
  std::FILE* file = std::tmpfile();
  const int former = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  act();
  dup2(former, STDERR_FILENO);
  close(former);
  std::rewind(file);
  std::vector<nlohmann::json> lines;
  char line[4096];
  while (std::fgets(line, sizeof line, file) != nullptr)
    lines.push_back(nlohmann::json::parse(line));
  std::fclose(file);
  return lines;
}

TEST_CASE("A refusal's line in the log has the caller's trace id", "[dispatcher]") {
  const World world;
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const auto lines = LinesOf([&] {
    grpc::ClientContext context;
    context.AddMetadata("traceparent", "00-" + trace + "-b7ad6b7169203331-01");
    ListAlertsResponse response;
    CHECK_FALSE(world.Stub()->ListAlerts(&context, ListAlertsRequest(), &response).ok());
  });
  const auto refused = std::find_if(lines.begin(), lines.end(), [](const auto& line) {
    return line["message"] == "call refused";
  });
  REQUIRE(refused != lines.end());
  CHECK((*refused)["reason"] == "TOKEN_MISSING");
  CHECK((*refused)["trace"] == trace);
}

TEST_CASE("What gRPC and Protobuf say themselves is logged in our form", "[dispatcher]") {
  const World world;
  const auto lines = LinesOf([&] {
    gpr_log(GPR_ERROR, "a \"word\" of gRPC");
    Send(world, kList, kForeignText);
  });
  const auto of = [&lines](const std::string& source) {
    return std::find_if(lines.begin(), lines.end(),
                        [&](const auto& line) { return line.value("source", "") == source; });
  };
  REQUIRE(of("grpc") != lines.end());
  CHECK((*of("grpc"))["message"] == "a \"word\" of gRPC");
  CHECK((*of("grpc"))["severity"] == "ERROR");
  CHECK(of("protobuf") != lines.end());
}

TEST_CASE("Bytes that are no message are refused with a reason and counted", "[dispatcher]") {
  const World world;
  const std::string broken_off("\x12\x20x", 3);
  for (const char* method : {kList, kCount, kWatch}) {
    for (const std::string& bytes : {broken_off, std::string("\xff"), std::string(kForeignText)}) {
      if (method == kCount && bytes == kForeignText) continue;  // has no such field
      const double before = Answered(method, grpc::StatusCode::INVALID_ARGUMENT);
      const grpc::Status status = Send(world, method, bytes);
      CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
      CHECK(ReasonOf(status) == "fiscus.rpc MALFORMED_REQUEST");
      CHECK(Answered(method, grpc::StatusCode::INVALID_ARGUMENT) == before + 1);
    }
  }
  CHECK(world.calls == 0);
  CHECK(ReasonOf(Send(world, kList, kForeignText, false)) == "fiscus.rpc TOKEN_MISSING");
}

TEST_CASE("A request beyond the limit is refused with a reason and counted", "[dispatcher]") {
  const World world;
  // A field of n bytes has a tag and a length before it: 4 bytes at this size.
  const auto sized = [](size_t bytes) {
    ListAlertsRequest request;
    request.set_project_id(std::string(bytes - 4, 'x'));
    REQUIRE(request.ByteSizeLong() == bytes);
    return request.SerializeAsString();
  };
  CHECK(Send(world, kList, sized(kBytesMax)).ok());
  for (const size_t bytes : {kBytesMax + 1, 100 * kBytesMax}) {
    const double before = Answered(kList, grpc::StatusCode::RESOURCE_EXHAUSTED);
    const grpc::Status status = Send(world, kList, std::string(bytes, '\xff'));
    CHECK(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
    CHECK(ReasonOf(status) == "fiscus.rpc REQUEST_TOO_LARGE");
    CHECK(RefusalOf(FromWire(status))->figures.at("bytes_max") == std::to_string(kBytesMax));
    CHECK(Answered(kList, grpc::StatusCode::RESOURCE_EXHAUSTED) == before + 1);
  }
}

TEST_CASE("Requests and answers of all kinds of calls are carried whole", "[dispatcher]") {
  const World world;
  const auto stub = world.Stub();
  const std::string text = "项目 " + std::string(20'000, 'x');
  {
    grpc::ClientContext context;
    Prepare(context);
    ListAlertsRequest request;
    request.set_project_id(text);
    ListAlertsResponse response;
    CHECK(stub->ListAlerts(&context, request, &response).ok());
    CHECK(response.next_page_token() == text);
  }
  {
    grpc::ClientContext context;
    Prepare(context);
    CountAlertsRequest request;
    request.set_under_path(text);
    CountAlertsResponse response;
    CHECK(stub->CountAlerts(&context, request, &response).ok());
    REQUIRE(response.counts_size() == 1);
    CHECK(response.counts(0).rule_id() == text);
  }
  grpc::ClientContext context;
  Prepare(context);
  WatchAlertsRequest request;
  request.set_resume_token(text);
  const auto stream = stub->WatchAlerts(&context, request);
  AlertChange change;
  int changes = 0;
  while (stream->Read(&change)) changes += change.resume_token() == text ? 1 : 0;
  CHECK(stream->Finish().ok());
  CHECK(changes == 2);
}

TEST_CASE("A stream whose client left before its turn takes nothing with it", "[dispatcher]") {
  World world;
  world.gate.lock();
  std::thread busy([&world] { CHECK(Send(world, kList, "").ok()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the worker waits at the gate
  {
    grpc::ClientContext context;
    Prepare(context);
    const auto stream = world.Stub()->WatchAlerts(&context, WatchAlertsRequest());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it waits for the worker
    context.TryCancel();
    CHECK(stream->Finish().error_code() == grpc::StatusCode::CANCELLED);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the server has heard of it
  const double before = Answered(kWatch, grpc::StatusCode::INVALID_ARGUMENT);
  world.gate.unlock();
  busy.join();
  CHECK(Send(world, kList, "").ok());  // behind the stream
  CHECK(Answered(kWatch, grpc::StatusCode::INVALID_ARGUMENT) == before);
  CHECK(world.calls == 3);  // the stream was begun, on a request that is still there
}

}  // namespace
}  // namespace fiscus::rpc

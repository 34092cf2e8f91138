// A server stream over loopback: what its feeder learns about the token that opened it.
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <memory>

#include "fiscus/alerting/v1/alerting_service.grpc.pb.h"
#include "libs/core/status.h"
#include "libs/rpc/host.h"

namespace fiscus::rpc {
namespace {

using AlertWriter = std::shared_ptr<StreamWriter<alerting::v1::AlertChange>>;

// One token is good, until it is revoked.
class OneToken final : public TokenVerifier {
 public:
  absl::StatusOr<Caller> Verify(std::string_view token, absl::Time) const override {
    if (token != "good" || revoked) {
      return Refuse(absl::StatusCode::kUnauthenticated, "TOKEN_REVOKED", "log in again", {},
                    kCommonDomain);
    }
    return Caller{.tenant = "t1", .subject = "u1", .grants = {{"/33/", {"alerts.read"}}}};
  }
  std::atomic<bool> revoked = false;
};

struct Deps {
  std::promise<AlertWriter>& opened;
};

using alerting::v1::AlertingService;

class Watching final
    : public AlertingService::WithRawCallbackMethod_WatchAlerts<AlertingService::Service> {
 public:
  Watching(const Context& context, const Deps& deps)
      : rpc_(context, "fiscus.alerting.v1.AlertingService"), deps_(deps) {}
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchAlerts(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return rpc_.Stream<alerting::v1::WatchAlertsRequest, alerting::v1::AlertChange>(
        context, request, "/fiscus.alerting.v1.AlertingService/WatchAlerts", deps_, &Hand);
  }

 private:
  static void Hand(const Deps& deps, const Call&, const alerting::v1::WatchAlertsRequest&,
                   AlertWriter writer) {
    deps.opened.set_value(std::move(writer));
  }
  Dispatcher rpc_;
  const Deps deps_;
};

TEST_CASE("An open stream tells when its token dies, and ends with the refusal", "[stream]") {
  config::v1::Server config;
  config.set_listen("127.0.0.1:0");
  config.set_worker_threads(1);
  auto owned = std::make_unique<OneToken>();
  OneToken& token = *owned;
  Host host("test", config, std::move(owned));
  std::promise<AlertWriter> opened;
  Watching service(host.MakeContext(nullptr), {.opened = opened});
  host.Add(service, "fiscus.alerting.v1.AlertingService");
  REQUIRE(host.Start().ok());

  const auto stub = alerting::v1::AlertingService::NewStub(grpc::CreateChannel(
      "127.0.0.1:" + std::to_string(host.port()), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  context.AddMetadata("authorization", "Bearer good");
  const auto stream = stub->WatchAlerts(&context, {});
  std::future<AlertWriter> coming = opened.get_future();
  REQUIRE(coming.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  const AlertWriter writer = coming.get();
  CHECK(writer->Permitted().ok());
  REQUIRE(writer->Write({}));
  alerting::v1::AlertChange change;
  CHECK(stream->Read(&change));

  token.revoked = true;
  CHECK(RefusalOf(writer->Permitted())->reason == "TOKEN_REVOKED");
  writer->Finish(writer->Permitted());
  CHECK_FALSE(stream->Read(&change));
  const grpc::Status end = stream->Finish();
  CHECK(end.error_code() == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(RefusalOf(FromWire(end))->reason == "TOKEN_REVOKED");
  host.Stop();
}

}  // namespace
}  // namespace fiscus::rpc

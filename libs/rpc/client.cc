#include "libs/rpc/client.h"

#include "fiscus/identity/v1/identity_service.grpc.pb.h"
#include "libs/core/status.h"
#include "libs/runtime/clock.h"

namespace fiscus::rpc {
namespace {

// Renewed this long before it ends, so that no call starts with a dying token.
constexpr absl::Duration kRenewEarly = absl::Seconds(30);

}  // namespace

Outgoing OutgoingFor(const Call& call) {
  return {.tenant = call.caller.tenant,
          .on_behalf_of = call.caller.IsService() ? call.caller.on_behalf_of : call.caller.subject,
          .deadline = call.deadline,
          .traceparent = call.traceparent};
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // Writes are repeated by our own sagas with their idempotency keys, never silently by the
  // transport.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(16 * 1024 * 1024);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

struct ServiceTokens::Remote {
  explicit Remote(const std::string& address)
      : stub(identity::v1::IdentityService::NewStub(MakeChannel(address))) {}
  std::unique_ptr<identity::v1::IdentityService::Stub> stub;
};

ServiceTokens::ServiceTokens(const config::v1::Auth& config, std::string_view service,
                             std::string secret)
    : remote_(std::make_unique<Remote>(config.identity())),
      service_(service),
      secret_(std::move(secret)) {}
ServiceTokens::~ServiceTokens() = default;

absl::StatusOr<std::string> ServiceTokens::Get(absl::Time deadline) {
  const std::lock_guard lock(mutex_);  // one fetch at a time; the others wait for it
  const absl::Time now = SystemClock().Now();
  if (now < renew_at_) return token_;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(std::min(deadline, now + absl::Seconds(5))));
  identity::v1::ExchangeServiceTokenRequest request;
  request.set_service(service_);
  request.set_secret(secret_);
  identity::v1::TokenResponse response;
  const grpc::Status status = remote_->stub->ExchangeServiceToken(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    return absl::InternalError("identity refuses the secret of service " + service_);
  }
  if (!status.ok()) return absl::UnavailableError("no service token: " + status.error_message());
  token_ = response.access_token();
  renew_at_ = now + absl::Seconds(response.expires_in_s()) - kRenewEarly;
  return token_;
}

void ServiceTokens::Forget() {
  const std::lock_guard lock(mutex_);
  renew_at_ = absl::InfinitePast();
}

absl::Status Prepare(grpc::ClientContext& context, const Outgoing& outgoing,
                     ServiceTokens* tokens) {
  context.set_deadline(absl::ToChronoTime(outgoing.deadline));
  if (!outgoing.traceparent.empty()) context.AddMetadata("traceparent", outgoing.traceparent);
  if (tokens == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string token, tokens->Get(outgoing.deadline));
  context.AddMetadata("authorization", "Bearer " + token);
  context.AddMetadata("x-fiscus-tenant", outgoing.tenant);
  if (!outgoing.on_behalf_of.empty())
    context.AddMetadata("x-fiscus-on-behalf-of", outgoing.on_behalf_of);
  return absl::OkStatus();
}

}  // namespace fiscus::rpc

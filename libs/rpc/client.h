// Calls to other services: service token, tenant and trace in the metadata, deadline of the caller,
// errors decoded.
//
//   rpc::ServiceTokens tokens(config.auth(), "payments");
//   rpc::Peer<budget::v1::BudgetService> budget(config.budget_address(), tokens);
//   auto response = budget.Invoke(&BudgetStub::Reserve, rpc::OutgoingFor(call), request);
//
// Thread-safe. Blocking; never call inside a transaction.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fiscus/config/v1/config.pb.h"
#include "libs/rpc/status_codec.h"
#include "libs/runtime/call.h"

namespace fiscus::rpc {

// For whom and how long.
struct Outgoing {
  std::string tenant;
  std::string on_behalf_of;  // user id; empty: the service itself
  absl::Time deadline;
  std::string traceparent;
};
// The caller's tenant, person, deadline and trace.
Outgoing OutgoingFor(const Call& call);

// This service's token, fetched from identity and renewed before it ends.
class ServiceTokens {
 public:
  // `secret` authenticates the service at identity.
  ServiceTokens(const config::v1::Auth& config, std::string_view service, std::string secret);
  ~ServiceTokens();
  // UNAVAILABLE while identity does not answer; UNAUTHENTICATED if the secret is wrong.
  absl::StatusOr<std::string> Get(absl::Time deadline);
  // The token was refused: the next Get fetches a new one.
  void Forget();

 private:
  struct Remote;
  std::unique_ptr<Remote> remote_;
  const std::string service_;
  const std::string secret_;
  std::mutex mutex_;
  std::string token_;
  absl::Time renew_at_ = absl::InfinitePast();
};

// A channel with keepalive and quick reconnects.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address);

// Fills metadata and deadline.
absl::Status Prepare(grpc::ClientContext& context, const Outgoing& outgoing, ServiceTokens* tokens);

// Another service. `Service` is the generated gRPC class, e.g. budget::v1::BudgetService. Without
// tokens (bank adapters) calls carry no authorisation.
template <class Service>
class Peer {
 public:
  using Stub = typename Service::Stub;
  Peer(const std::string& address, ServiceTokens* tokens)
      : stub_(Service::NewStub(MakeChannel(address))), tokens_(tokens) {}

  template <class Request, class Response>
  absl::StatusOr<Response> Invoke(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                                  const Outgoing& outgoing, const Request& request) const {
    for (bool first = true;; first = false) {
      grpc::ClientContext context;
      if (absl::Status status = Prepare(context, outgoing, tokens_); !status.ok()) return status;
      Response response;
      const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
      if (status.ok()) return response;
      // A token may have died (key rotated, service revoked) between two renewals: try once with a
      // new one.
      if (first && tokens_ != nullptr && status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
        tokens_->Forget();
        continue;
      }
      return FromWire(status);
    }
  }

 private:
  std::unique_ptr<Stub> stub_;
  ServiceTokens* tokens_;
};

}  // namespace fiscus::rpc

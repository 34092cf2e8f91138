// One service process: verifier, worker pool, gRPC server with health and reflection, metrics,
// graceful shutdown.
//
//   rpc::Host host("payments", config.server(), config.auth());
//   PaymentsServiceGrpc grpc(host.context(resolver), deps);
//   host.Add(grpc, "fiscus.payments.v1.PaymentsService");
//   return host.ServeUntilSignal();          // SIGTERM: NOT_SERVING, drain, stop; 0
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fiscus/config/v1/config.pb.h"
#include "libs/rpc/dispatcher.h"

namespace fiscus::rpc {

class Host {
 public:
  // Verifies tokens through identity (RemoteVerifier).
  Host(std::string_view service, const config::v1::Server& server, const config::v1::Auth& auth);
  // With the given verifier (identity itself, tests).
  Host(std::string_view service, const config::v1::Server& server,
       std::unique_ptr<TokenVerifier> verifier);
  ~Host();

  // What generated service classes need. Valid for the host's life.
  Context MakeContext(UnitResolver resolver, const Clock& clock = SystemClock());
  void Add(grpc::Service& service, std::string_view full_name);
  // Reported by health as NOT_SERVING while it answers false; asked every second, beside the
  // verifier's own readiness (e.g. "the database answers"). The name "live" is SERVING all the
  // while.
  void AddHealthProbe(std::function<bool()> probe);

  // Listens; the port chosen is in port(). Errors: the address is in use or malformed.
  absl::Status Start();
  int port() const { return port_; }
  // NOT_SERVING, waits for calls in flight up to drain_ms, stops.
  void Stop();
  // Start, wait for SIGTERM or SIGINT, Stop. Returns the process's exit code.
  int ServeUntilSignal();

 private:
  void Probe(std::stop_token stop);
  void SetServing(bool serving);

  const std::string service_;
  const config::v1::Server config_;
  std::unique_ptr<TokenVerifier> verifier_;
  std::unique_ptr<WorkerPool> pool_;
  std::vector<std::pair<grpc::Service*, std::string>> services_;
  std::vector<std::function<bool()>> probes_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::jthread prober_;
};

}  // namespace fiscus::rpc

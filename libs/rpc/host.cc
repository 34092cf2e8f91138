#include "libs/rpc/host.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <condition_variable>

#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "libs/runtime/process.h"

namespace fiscus::rpc {
namespace {

constexpr auto kProbeEvery = std::chrono::seconds(1);
// While something is missing, usually at start, the next look comes sooner.
constexpr auto kProbeMissingEvery = std::chrono::milliseconds(100);
constexpr int kExitFailure = 1;
// Under this name health says only that the server answers: a restart would bring no lost
// dependency back, so a supervisor must not restart for one.
constexpr char kLive[] = "live";
constexpr int kPingEveryMs = 1000;
// The dispatcher refuses what is too large, with a reason. gRPC's own limit saves no memory: it
// looks at a message when it has read all of it.
constexpr int kUnlimited = -1;

// What gRPC says itself, in the log's own form.
void LogOfGrpc(gpr_log_func_args* line) {
  const log::Field file("file", line->file);
  const log::Field number("line", line->line);
  switch (line->severity) {
    case GPR_LOG_SEVERITY_ERROR:
      return log::Error(line->message, {{"source", "grpc"}, file, number});
    case GPR_LOG_SEVERITY_INFO:
      return log::Info(line->message, {{"source", "grpc"}, file, number});
    default:
      return log::Debug(line->message, {{"source", "grpc"}, file, number});
  }
}

std::unique_ptr<TokenVerifier> StartRemote(const config::v1::Auth& auth) {
  auto verifier = std::make_unique<RemoteVerifier>(auth);
  verifier->Start();
  return verifier;
}

}  // namespace

Host::Host(std::string_view service, const config::v1::Server& server, const config::v1::Auth& auth)
    : Host(service, server, StartRemote(auth)) {}

Host::Host(std::string_view service, const config::v1::Server& server,
           std::unique_ptr<TokenVerifier> verifier)
    : service_(service),
      config_(server),
      verifier_(std::move(verifier)),
      pool_(std::make_unique<WorkerPool>(server.worker_threads(),
                                         static_cast<size_t>(server.queue_max()))) {
  log::Severity least = log::Severity::kInfo;
  log::ParseSeverity(server.log_level(), &least);  // checked by CheckCommon
  log::Init(service, least);
  gpr_set_log_function(LogOfGrpc);
}

Host::~Host() { Stop(); }

Context Host::MakeContext(UnitResolver resolver, const Clock& clock) {
  return {.pool = pool_.get(),
          .verifier = verifier_.get(),
          .clock = &clock,
          .deadline_default = absl::Milliseconds(config_.deadline_default_ms()),
          .request_bytes_max = static_cast<size_t>(config_.request_bytes_max()),
          .resolve_units = std::move(resolver)};
}

void Host::Add(grpc::Service& service, std::string_view full_name) {
  services_.emplace_back(&service, std::string(full_name));
}
void Host::AddHealthProbe(std::function<bool()> probe) { probes_.push_back(std::move(probe)); }

absl::Status Host::Start() {
  RETURN_IF_ERROR(metrics::Serve(config_.metrics_listen()));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(config_.listen(), grpc::InsecureServerCredentials(), &port_);
  builder.SetMaxReceiveMessageSize(kUnlimited);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // The gateway asks idle connections for a sign of life; gRPC would take that for an attack.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingEveryMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  for (const auto& [service, name] : services_) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0)
    return absl::InvalidArgumentError("cannot listen on " + config_.listen());
  SetServing(false);  // until the first probe has answered
  server_->GetHealthCheckService()->SetServingStatus(kLive, true);
  prober_ = std::jthread([this](const std::stop_token& stop) { Probe(stop); });
  log::Info("serving", {{"port", port_}});
  return absl::OkStatus();
}

void Host::Probe(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any sleep;
  bool serving = false;
  while (!stop.stop_requested()) {
    const bool healthy =
        verifier_->Ready() &&
        std::all_of(probes_.begin(), probes_.end(), [](const auto& probe) { return probe(); });
    if (healthy != serving) {
      log::Warning(healthy ? "healthy" : "not healthy: a dependency does not answer");
    }
    serving = healthy;
    SetServing(healthy);
    std::unique_lock lock(mutex);
    sleep.wait_for(lock, stop,
                   healthy ? std::chrono::milliseconds(kProbeEvery) : kProbeMissingEvery,
                   [] { return false; });
  }
}

void Host::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface& health = *server_->GetHealthCheckService();
  health.SetServingStatus("", serving);  // without a name it would be said of "live" too
  for (const auto& [service, name] : services_) health.SetServingStatus(name, serving);
}

void Host::Stop() {
  if (server_ == nullptr) return;
  prober_.request_stop();
  if (prober_.joinable()) prober_.join();
  server_->GetHealthCheckService()->Shutdown();
  server_->Shutdown(std::chrono::system_clock::now() +
                    std::chrono::milliseconds(config_.drain_ms()));
  server_->Wait();
  server_.reset();
  log::Info("stopped");
}

int Host::ServeUntilSignal() {
  if (const absl::Status status = Start(); !status.ok()) {
    log::Error("cannot start", {{"error", std::string(status.message())}});
    return kExitFailure;
  }
  WaitForSignal();
  Stop();
  return 0;
}

}  // namespace fiscus::rpc

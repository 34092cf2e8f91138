// Health over loopback: what a supervisor may restart for, and what it must not.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "libs/rpc/host.h"

namespace fiscus::rpc {
namespace {

constexpr int kServing = 1;
constexpr int kNotServing = 2;

// Nobody calls anything but health here.
class NoVerifier final : public TokenVerifier {
 public:
  absl::StatusOr<Caller> Verify(std::string_view, absl::Time) const override {
    return absl::UnauthenticatedError("no tokens");
  }
};

// The answer to grpc.health.v1.Health/Check for a name shorter than 128 bytes; -1 if there is none.
int HealthOf(int port, const std::string& name) {
  std::string request;
  if (!name.empty()) request = std::string("\x0a") + static_cast<char>(name.size()) + name;
  grpc::GenericStub stub(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                          grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice bytes;
  if (!status.ok() || !answer.DumpToSingleSlice(&bytes).ok() || bytes.size() != 2) return -1;
  return bytes.begin()[1];
}

// The health's change comes with the next probe, after a second at most.
bool Becomes(int port, int expected) {
  for (int i = 0; i < 60; ++i) {
    if (HealthOf(port, "") == expected) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

TEST_CASE("A lost dependency makes a service unready, not dead", "[host]") {
  std::atomic<bool> database{true};
  config::v1::Server config;
  config.set_listen("127.0.0.1:0");
  config.set_worker_threads(1);
  Host host("test", config, std::make_unique<NoVerifier>());
  host.AddHealthProbe([&database] { return database.load(); });
  REQUIRE(host.Start().ok());
  CHECK(Becomes(host.port(), kServing));
  CHECK(HealthOf(host.port(), "live") == kServing);
  database = false;
  CHECK(Becomes(host.port(), kNotServing));
  CHECK(HealthOf(host.port(), "live") == kServing);
  database = true;
  CHECK(Becomes(host.port(), kServing));
  host.Stop();
}

}  // namespace
}  // namespace fiscus::rpc

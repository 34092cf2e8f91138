// The one connection of the program: gRPC over TLS to the gateway, any RPC by its name. Messages
// are given by reflection, so no generated stub is needed; errors keep google.rpc.Status as a
// payload of the status.
#pragma once

#include <google/protobuf/message.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fiscus::cli {

// Payload URL of a serialized google.rpc.Status.
inline constexpr char kDetailsUrl[] = "google.rpc.Status";

struct ChannelOptions {
  std::string address;
  std::string ca_pem;       // empty: the system's authorities
  std::string server_name;  // empty: the address's host
};

// Thread-safe. Blocking.
class Channel {
 public:
  // Does not connect yet.
  explicit Channel(const ChannelOptions& options);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // `method`: "/fiscus.budget.v1.BudgetService/GetLine". `token` may be empty.
  absl::Status Call(const std::string& method, const std::string& token, absl::Duration timeout,
                    const google::protobuf::Message& request, google::protobuf::Message& response);

  // The gateway's time as the last answer to Call told it ("date"), to the second; nothing before
  // an answer.
  std::optional<absl::Time> server_time() const;

  // A server stream: `take` gets every message, and ends it with a status other than OK. Ends with
  // CANCELLED once `stop` is set.
  absl::Status Stream(const std::string& method, const std::string& token,
                      const google::protobuf::Message& request, google::protobuf::Message& response,
                      const std::atomic<bool>& stop, absl::FunctionRef<absl::Status()> take);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fiscus::cli

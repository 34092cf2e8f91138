// Names each tenant that has records in a topic, for jobs that concern all tenants of an
// installation: no service but identity has a list of them.
//
// Reads the headers of all records from the log's beginning, in a consumer group that remembers how
// far it came; replicas share the partitions. A tenant is named at least once, on the watch's own
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "fiscus/config/v1/config.pb.h"

namespace fiscus::events {

class TenantWatch {
 public:
  // An error: the tenant is named again.
  using Handler = std::function<absl::Status(const std::string& tenant)>;

  TenantWatch(const config::v1::Kafka& kafka, std::string group, std::string topic,
              Handler handler);
  ~TenantWatch();  // stops
  void Start();
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fiscus::events

#include "libs/runtime/metrics.h"

#include <mutex>

#include "prometheus/exposer.h"
#include "prometheus/registry.h"

namespace fiscus::metrics {
namespace {

// Lives for the process: handles stay valid in destructors of other statics.
std::shared_ptr<prometheus::Registry>& Registry() {
  static auto* registry = new std::shared_ptr(std::make_shared<prometheus::Registry>());  // NOLINT
  return *registry;
}

}  // namespace

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*Registry()).Add(labels);
}

prometheus::Gauge& Gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*Registry()).Add(labels);
}

prometheus::Histogram& Latency(const std::string& name, const std::string& help,
                               const Labels& labels) {
  static const prometheus::Histogram::BucketBoundaries kSeconds = {
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(*Registry())
      .Add(labels, kSeconds);
}

absl::Status Serve(const std::string& address) {
  if (address.empty()) return absl::OkStatus();
  try {
    static auto* exposer =
        new prometheus::Exposer(address, 1);  // NOLINT: for the life of the process
    exposer->RegisterCollectable(Registry());
  } catch (const std::exception& error) {  // prometheus-cpp reports a taken port this way
    return absl::InvalidArgumentError("metrics_listen " + address + ": " + error.what());
  }
  return absl::OkStatus();
}

}  // namespace fiscus::metrics

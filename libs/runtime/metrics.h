// Metrics for Prometheus at /metrics (prometheus-cpp). Names end in their unit (_total, _seconds,
// _bytes). Thread-safe.
//
// Handles are cheap to keep and valid for the process; asking twice for the same name and labels
// gives the same one.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace fiscus::metrics {

using Labels = std::map<std::string, std::string>;

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const Labels& labels = {});
prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                         const Labels& labels = {});
// Buckets in seconds from 100 µs to 10 s.
prometheus::Histogram& Latency(const std::string& name, const std::string& help,
                               const Labels& labels = {});

// Serves /metrics on host:port for the life of the process. Empty address: does nothing.
absl::Status Serve(const std::string& address);

}  // namespace fiscus::metrics

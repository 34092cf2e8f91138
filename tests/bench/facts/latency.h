// From the making of a fact until the warning that it raises can be read: the monitor under an even
// stream of facts.
//
// Projects begin and pay; every 50th fact is a refused command on a line that had none before,
// which raises R01 at once. One process makes the facts and reads the warnings, so that one clock
// measures. What is made in the warm-up is not counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fiscus::bench {

struct LatencyPlan {
  std::string brokers;
  std::string facts_topic;
  std::string warnings_topic;
  int projects = 0;        // that have begun before; each is refused at most once
  uint32_t seed = 1;       // of the log that began them
  int days = 0;            // that they have lived
  int64_t per_second = 0;  // facts
  double warm_up_s = 0;
  double seconds = 0;  // measured, after the warm-up
};

struct LatencyResult {
  int64_t sent = 0;
  int64_t raised = 0;              // facts after the warm-up that must raise a warning
  std::vector<double> latency_ms;  // of their warnings, sorted
};

LatencyResult MeasureLatency(const LatencyPlan& plan);

}  // namespace fiscus::bench

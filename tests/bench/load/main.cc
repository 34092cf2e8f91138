// fiscus-bench-load: load on the budget service, one JSON line about it.
#include <sys/resource.h>

#include <cstdlib>
#include <iostream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "nlohmann/json.hpp"
#include "tests/bench/load/traffic.h"

ABSL_FLAG(std::string, address, "", "host:port of the budget service");
ABSL_FLAG(std::string, tenant, "", "tenant");
ABSL_FLAG(std::string, kind, "reserve", "approve, reserve, pay or batch");
ABSL_FLAG(int, in_flight, 64, "calls in flight");
ABSL_FLAG(int, batch, 100, "payments of a batch, 1..1000");
ABSL_FLAG(int64_t, first_line, 0, "number of the first line");
ABSL_FLAG(int64_t, lines, 1000, "lines that are used");
ABSL_FLAG(int, refused_bp, 0, "basis points of payments that ask for more than a line has");
ABSL_FLAG(double, warm_up_s, 1, "seconds before the measurement");
ABSL_FLAG(double, seconds, 5, "seconds measured");

namespace fiscus::bench {
namespace {

std::optional<Kind> KindOf(const std::string& name) {
  if (name == "approve") return Kind::kApprove;
  if (name == "reserve") return Kind::kReserve;
  if (name == "pay") return Kind::kPay;
  if (name == "batch") return Kind::kBatch;
  return std::nullopt;
}

double At(const std::vector<double>& sorted, double quantile) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<size_t>(quantile * static_cast<double>(sorted.size() - 1))];
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int Main() {
  const char* token = std::getenv("FISCUS_BENCH_TOKEN");
  const auto kind = KindOf(absl::GetFlag(FLAGS_kind));
  if (token == nullptr || !kind.has_value() || absl::GetFlag(FLAGS_address).empty()) {
    std::cerr << "needs FISCUS_BENCH_TOKEN, --address and a known --kind (see --help)\n";
    return 2;
  }
  const auto result = Run({.address = absl::GetFlag(FLAGS_address),
                           .tenant = absl::GetFlag(FLAGS_tenant),
                           .token = token,
                           .kind = *kind,
                           .in_flight = absl::GetFlag(FLAGS_in_flight),
                           .batch = absl::GetFlag(FLAGS_batch),
                           .first_line = absl::GetFlag(FLAGS_first_line),
                           .lines = absl::GetFlag(FLAGS_lines),
                           .refused_bp = absl::GetFlag(FLAGS_refused_bp),
                           .warm_up = absl::Seconds(absl::GetFlag(FLAGS_warm_up_s)),
                           .length = absl::Seconds(absl::GetFlag(FLAGS_seconds))});
  if (!result.ok()) {
    std::cerr << "fiscus-bench-load: " << result.status() << "\n";
    return 1;
  }
  std::cout << nlohmann::json{{"accepted", result->accepted},
                              {"refused", result->refused},
                              {"worked", result->worked},
                              {"seconds", result->seconds},
                              {"p50_ms", At(result->latency_ms, 0.5)},
                              {"p99_ms", At(result->latency_ms, 0.99)},
                              {"cpu_s", CpuSeconds()}}
            << "\n";
  return 0;
}

}  // namespace
}  // namespace fiscus::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("Load on the budget service; prints one JSON line.");
  absl::ParseCommandLine(argc, argv);
  return fiscus::bench::Main();
}

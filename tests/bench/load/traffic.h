// Closed-loop load on the budget service: a number of lanes, each with one call in flight, over the
// asynchronous client.
//
// What counts as one payment is said by Kind. Latencies are those of calls that began after the
// warm-up; nothing else is measured here. Errors other than refusals by the ledger end the run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fiscus::bench {

enum class Kind {
  kApprove,  // makes the lines, each once; then the run ends
  kReserve,  // one Reserve: check, entry, request record, audit, outbox
  kPay,      // Reserve, then Post: a whole payment, two commits
  kBatch,    // BatchReserve of `batch` payments
};

struct Plan {
  std::string address;  // host:port of the budget service
  std::string tenant;
  std::string token;  // of a service for kReserve, kPay, kBatch; of a person for kApprove
  Kind kind = Kind::kReserve;
  int in_flight = 64;
  int batch = 100;
  int64_t first_line = 0;  // lines are numbered; see LineId
  int64_t lines = 1000;
  int64_t line_fen = 1'000'000'000'000;  // approved on each line
  int refused_bp = 0;  // share of the payments that ask for more than a line has, basis points
  absl::Duration warm_up = absl::Seconds(1);
  absl::Duration length = absl::Seconds(5);
};

struct Result {
  int64_t accepted = 0;            // payments, or lines made
  int64_t refused = 0;             // by the ledger, with a reason
  int64_t worked = 0;              // accepted and refused, with those of the warm-up
  double seconds = 0;              // that were measured
  std::vector<double> latency_ms;  // of each call, sorted
};

// The id of line `number`, and of its project.
std::string LineId(int64_t number);
std::string ProjectId(int64_t number);

// Runs the plan. The error of the first call that neither succeeded nor was refused ends it.
absl::StatusOr<Result> Run(const Plan& plan);

}  // namespace fiscus::bench

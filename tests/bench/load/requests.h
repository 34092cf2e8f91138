// The requests of one lane: a line at random, small amounts, fresh ids.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "fiscus/budget/v1/budget_service.grpc.pb.h"
#include "tests/bench/load/traffic.h"

namespace fiscus::bench {

namespace v1 = budget::v1;

using Stub = v1::BudgetService::Stub;

class Requests {
 public:
  // Lanes of other numbers choose other lines.
  Requests(const Plan& plan, int lane);

  v1::ApproveLineRequest Approve(int64_t line) const;
  v1::ReserveRequest Reserve();
  // Clears all that was reserved.
  v1::PostRequest Post(const v1::ReserveRequest& reserved) const;
  v1::BatchReserveRequest Batch();

 private:
  const Plan& plan_;
  std::mt19937_64 random_;  // tidy-allow(hidden-input): seeded by the lane's number
};

}  // namespace fiscus::bench

#include "services/alerting/domain/business_clock.h"

#include <catch2/catch.hpp>

#include "libs/core/status.h"

namespace fiscus::alerting {
namespace {

constexpr absl::CivilDay kMonday(2026, 3, 2);

TEST_CASE("Days go forward, and no further than a year", "[alerting][clock]") {
  CHECK(MayClose(std::nullopt, kMonday).ok());
  CHECK(MayClose(kMonday, kMonday).ok());  // answered as the first time
  CHECK(MayClose(kMonday, kMonday + 1).ok());
  CHECK(MayClose(kMonday, kMonday + kDaysAheadMax).ok());
  for (const int days : {-1, -400, kDaysAheadMax + 1}) {
    const absl::Status status = MayClose(kMonday, kMonday + days);
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    REQUIRE(RefusalOf(status).has_value());
    CHECK(RefusalOf(status)->reason == "DAY_OUT_OF_ORDER");
    CHECK(RefusalOf(status)->figures.at("last_closed") == "2026-03-02");
  }
}

TEST_CASE("A day keeps its place in the calendar once it is closed", "[alerting][clock]") {
  CHECK(MayRename(std::nullopt, kMonday).ok());
  CHECK(MayRename(kMonday, kMonday + 1).ok());
  for (const int days : {0, -1}) {
    const absl::Status status = MayRename(kMonday, kMonday + days);
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(RefusalOf(status)->reason == "DAY_CLOSED");
  }
}

TEST_CASE("The open day is the one after the last closed", "[alerting][clock]") {
  CHECK(OpenDay(kMonday, kMonday) == kMonday + 1);
  CHECK(OpenDay(std::nullopt, kMonday) == kMonday);
}

}  // namespace
}  // namespace fiscus::alerting

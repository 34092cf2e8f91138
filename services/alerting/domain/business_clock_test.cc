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

TEST_CASE("No day is closed that has not come yet", "[alerting][clock]") {
  CHECK(MayClose(std::nullopt, kMonday, kMonday).ok());
  CHECK(MayClose(kMonday - 9, kMonday, kMonday).ok());
  for (const auto last : {std::optional<absl::CivilDay>(), std::optional(kMonday)}) {
    const absl::Status status = MayClose(last, kMonday + 1, kMonday);
    REQUIRE(RefusalOf(status).has_value());
    CHECK(RefusalOf(status)->reason == "DAY_OUT_OF_ORDER");
  }
  CHECK(MayClose(kMonday + 5, kMonday + 5, kMonday).ok());  // the last one, answered again
}

TEST_CASE("A day has ended for a while when it may be closed", "[alerting][clock]") {
  absl::TimeZone zone;
  REQUIRE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  const auto at = [&](int hour, int minute) {
    return absl::FromCivil(absl::CivilMinute(2026, 3, 2, hour, minute), zone);
  };
  CHECK(LastEndedDay(at(0, 29), zone, absl::Minutes(30)) == kMonday - 2);
  CHECK(LastEndedDay(at(0, 30), zone, absl::Minutes(30)) == kMonday - 1);
  CHECK(LastEndedDay(at(23, 59), zone, absl::Minutes(30)) == kMonday - 1);
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

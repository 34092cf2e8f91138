// Ended days are closed by themselves, for every tenant, once.
#include "services/alerting/clock/day_closer.h"

#include <catch2/catch.hpp>
#include <thread>

#include "libs/runtime/metrics.h"
#include "services/alerting/store/clock_store.h"
#include "services/alerting/testing/queries.h"
#include "services/alerting/testing/world.h"

namespace fiscus::alerting {
namespace {

constexpr char kTick[] = "fiscus.alerting.v1.DayClosed";

absl::Time At(const World& world, absl::CivilMinute minute) {
  return absl::FromCivil(minute, world.deps().zone);
}

void Know(World& world, const std::string& tenant) {
  REQUIRE(world.database()
              .Write(tenant, SystemClock().Now() + absl::Seconds(10),
                     [&](pg::Tx& tx) { return KnowTenant(tx, world.clock().Now()); })
              .ok());
}

std::optional<absl::CivilDay> LastClosed(World& world, const std::string& tenant) {
  std::optional<absl::CivilDay> last;
  REQUIRE(world.database()
              .Read(tenant, SystemClock().Now() + absl::Seconds(10),
                    [&](pg::Tx& tx) -> absl::Status {
                      auto read = LastClosedDay(tx);
                      if (read.ok()) last = *read;
                      return read.status();
                    })
              .ok());
  return last;
}

double EndOfLast(const std::string& tenant) {
  return metrics::Gauge("fiscus_business_day_end_timestamp_seconds", "", {{"tenant", tenant}})
      .Value();
}

TEST_CASE("Yesterday is closed for every tenant, after its time, and once", "[alerting][clock]") {
  FISCUS_NEEDS_PG();
  World world;
  const absl::CivilDay today = absl::ToCivilDay(world.clock().Now(), world.deps().zone) + 1;
  Know(world, "t1");
  Know(world, "t2");
  DayCloser closer(world.deps(), absl::Minutes(30));
  DayCloser replica(world.deps(), absl::Minutes(30));
  world.clock().Set(At(world, absl::CivilMinute(today) + 29));
  closer.RunOnce();
  CHECK(LastClosed(world, "t1") == today - 2);
  world.clock().Set(At(world, absl::CivilMinute(today) + 30));
  {
    std::jthread beside([&] { replica.RunOnce(); });
    closer.RunOnce();
  }
  CHECK(LastClosed(world, "t1") == today - 1);
  CHECK(LastClosed(world, "t2") == today - 1);
  CHECK(world.Events(kTick) == 2);
  CHECK(EndOfLast("t2") == absl::ToUnixSeconds(At(world, absl::CivilMinute(today))));
}

TEST_CASE("After an absence each missed day gets its tick", "[alerting][clock]") {
  FISCUS_NEEDS_PG();
  World world;
  const absl::CivilDay today = absl::ToCivilDay(world.clock().Now(), world.deps().zone) + 1;
  REQUIRE(world
              .Close(absl::FormatTime("%Y-%m-%d", At(world, absl::CivilMinute(today - 5)),
                                      world.deps().zone))
              .ok());
  Know(world, "t1");
  world.clock().Set(At(world, absl::CivilMinute(today) + 60));
  DayCloser(world.deps(), absl::Minutes(30)).RunOnce();
  CHECK(LastClosed(world, "t1") == today - 1);
  CHECK(world.Events(kTick) == 5);
  CHECK(world.Count(test::sql::kCountBroadcasts, kTick) == 5);
}

TEST_CASE("A closer that is off closes nothing, and tells since when a tenant waits",
          "[alerting][clock]") {
  FISCUS_NEEDS_PG();
  World world;
  const int64_t known_at = absl::ToUnixSeconds(world.clock().Now());
  Know(world, "t1");
  DayCloser(world.deps(), std::nullopt).RunOnce();
  CHECK_FALSE(LastClosed(world, "t1").has_value());
  CHECK(world.Events(kTick) == 0);
  CHECK(EndOfLast("t1") == known_at);
}

}  // namespace
}  // namespace fiscus::alerting

// Durable timers on real PostgreSQL: due, retried, leased, renewed, taken over.
#include "libs/pg/timer.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "libs/core/status.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"

namespace fiscus::pg {
namespace {

using testing::TestDatabase;

constexpr Query kDueAt{"due_at", "SELECT due_at FROM timer WHERE subject = $1"};

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(10); }

void Schedule(TestDatabase& db, const std::string& subject, absl::Time due) {
  const absl::Status set = db.database().Write(
      "t1", Soon(), [&](Tx& tx) { return ScheduleTimer(tx, "k", subject, due); });
  INFO(set.ToString());
  REQUIRE(set.ok());
}

absl::Time DueAt(TestDatabase& db, const std::string& subject) {
  absl::Time due = absl::InfinitePast();
  REQUIRE(db.database()
              .Read("t1", Soon(),
                    [&](Tx& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(const Rows rows, tx.Run(kDueAt, Args().Text(subject)));
                      if (!rows.empty()) due = rows[0].Time("due_at");
                      return absl::OkStatus();
                    })
              .ok());
  return due;
}

// True as soon as `condition` holds; false if it does not within a time that no machine needs.
bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 3'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_CASE("A timer runs when due, is retried with delay, and stays if it is set anew while it runs",
          "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("timers", {});
  FakeClock clock(absl::FromUnixSeconds(1'000'000));
  const auto schedule = [&](absl::Time due) { Schedule(db, "s", due); };
  int runs = 0;
  bool fail = true;
  bool again = false;
  TimerRunner runner(db.database(), clock, {});
  runner.Handle("k", [&](const Timer& timer) -> absl::Status {
    ++runs;
    CHECK(timer.tenant == "t1");
    if (again) schedule(clock.Now() + absl::Seconds(60));
    return fail ? absl::UnavailableError("not yet") : absl::OkStatus();
  });
  schedule(clock.Now() + absl::Seconds(10));
  CHECK(*runner.RunDue() == 0);
  clock.Advance(absl::Seconds(10));
  CHECK(*runner.RunDue() == 1);
  CHECK(*runner.RunDue() == 0);  // waits for its retry
  clock.Advance(absl::Seconds(1));
  fail = false;
  again = true;
  CHECK(*runner.RunDue() == 1);
  clock.Advance(absl::Seconds(61));
  again = false;
  CHECK(*runner.RunDue() == 1);  // the one that was set while it ran
  clock.Advance(absl::Hours(1));
  CHECK(*runner.RunDue() == 0);
  CHECK(runs == 3);
}

TEST_CASE("Nothing waits behind a slow handler, and its lease lasts as long as it runs", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("timers", {});
  FakeClock clock(absl::FromUnixSeconds(1'000'000));
  const TimerOptions options{.poll = absl::Milliseconds(10), .lease = absl::Milliseconds(300)};
  std::atomic<bool> release{false};
  std::atomic<int> slow{0};
  std::atomic<int> quick{0};
  TimerRunner runner(db.database(), clock, options);
  runner.Handle("k", [&](const Timer& timer) {
    if (timer.subject != "slow") {
      ++quick;
      return absl::OkStatus();
    }
    ++slow;
    slow.notify_all();
    release.wait(false);
    return absl::OkStatus();
  });
  TimerRunner another(db.database(), clock, options);
  another.Handle("k", [&](const Timer&) {
    ++slow;
    return absl::OkStatus();
  });
  Schedule(db, "slow", clock.Now() - absl::Seconds(1));
  for (int i = 0; i < 5; ++i) Schedule(db, "quick" + std::to_string(i), clock.Now());
  runner.Start();
  slow.wait(0);
  CHECK(Eventually([&] { return quick == 5; }));
  for (int i = 0; i < 5; ++i) {
    clock.Advance(options.lease / 2);
    CHECK(Eventually([&] { return DueAt(db, "slow") == clock.Now() + options.lease; }));
    CHECK(*another.RunDue() == 0);
  }
  release = true;
  release.notify_all();
  CHECK(Eventually([&] { return DueAt(db, "slow") == absl::InfinitePast(); }));
  CHECK(slow == 1);
}

TEST_CASE("What a dead runner had leased is taken over, and it removes no newer timer", "[pg]") {
  FISCUS_NEEDS_PG();
  TestDatabase db("timers", {});
  FakeClock clock(absl::FromUnixSeconds(1'000'000));
  Schedule(db, "s", clock.Now());
  std::vector<std::string> ran;
  // Not started, so nothing renews its leases; it wakes up when others have done its work.
  TimerRunner stale(db.database(), clock, {});
  TimerRunner heir(db.database(), clock, {});
  bool fail = false;
  heir.Handle("k", [&](const Timer&) -> absl::Status {
    ran.emplace_back("heir");
    return fail ? absl::UnavailableError("not yet") : absl::OkStatus();
  });
  stale.Handle("k", [&](const Timer&) -> absl::Status {
    ran.emplace_back("stale");
    CHECK(*heir.RunDue() == 0);
    clock.Advance(absl::Seconds(5));
    CHECK(*heir.RunDue() == 1);
    Schedule(db, "s", clock.Now());
    fail = true;
    CHECK(*heir.RunDue() == 1);
    return absl::OkStatus();
  });
  CHECK(*stale.RunDue() == 1);
  fail = false;
  clock.Advance(absl::Seconds(1));
  CHECK(*heir.RunDue() == 1);
  CHECK(ran == std::vector<std::string>{"stale", "heir", "heir", "heir"});
}

}  // namespace
}  // namespace fiscus::pg

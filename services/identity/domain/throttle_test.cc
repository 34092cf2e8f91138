#include "services/identity/domain/throttle.h"

#include <catch2/catch.hpp>

namespace fiscus::identity {
namespace {

constexpr ThrottlePolicy kPolicy = {.failures_max = 3,
                                    .window = absl::Minutes(10),
                                    .lock = absl::Seconds(30),
                                    .lock_max = absl::Minutes(5)};
const absl::Time kStart = absl::FromUnixSeconds(1'780'000'000);

TEST_CASE("An account locks at its last allowed failure and not before", "[identity][domain]") {
  LoginFailures counter;
  counter = AfterFailure(counter, kPolicy, kStart);
  counter = AfterFailure(counter, kPolicy, kStart);
  CHECK_FALSE(WaitFor(counter, kStart).has_value());
  counter = AfterFailure(counter, kPolicy, kStart);
  CHECK(WaitFor(counter, kStart) == absl::Seconds(30));
  CHECK(WaitFor(counter, kStart + absl::Seconds(29)) == absl::Seconds(1));
  CHECK_FALSE(WaitFor(counter, kStart + absl::Seconds(30)).has_value());
}

TEST_CASE("Each further lock doubles, up to its bound", "[identity][domain]") {
  LoginFailures counter;
  absl::Time now = kStart;
  for (const int seconds : {30, 60, 120, 240, 300, 300, 300}) {
    for (int i = 0; i < kPolicy.failures_max; ++i) counter = AfterFailure(counter, kPolicy, now);
    REQUIRE(WaitFor(counter, now) == absl::Seconds(seconds));
    now = counter.locked_until;
  }
}

TEST_CASE("A failure during a lock changes nothing", "[identity][domain]") {
  LoginFailures counter;
  for (int i = 0; i < kPolicy.failures_max; ++i) counter = AfterFailure(counter, kPolicy, kStart);
  CHECK(AfterFailure(counter, kPolicy, kStart + absl::Seconds(29)) == counter);
}

TEST_CASE("Failures are forgotten after a quiet window", "[identity][domain]") {
  LoginFailures counter = AfterFailure(AfterFailure({}, kPolicy, kStart), kPolicy, kStart);
  CHECK(AfterFailure(counter, kPolicy, kStart + kPolicy.window - absl::Milliseconds(1)).locks == 1);
  counter = AfterFailure(counter, kPolicy, kStart + kPolicy.window);
  CHECK(counter.failures == 1);
  CHECK(counter.locks == 0);
}

TEST_CASE("Guessing is bounded over a day", "[identity][domain]") {
  // A guesser who tries as soon as he may: 288 locks of five minutes with three tries each is the
  // most that a day holds.
  LoginFailures counter;
  int tries = 0;
  for (absl::Time now = kStart; now < kStart + absl::Hours(24); ++tries) {
    counter = AfterFailure(counter, kPolicy, now);
    now += WaitFor(counter, now).value_or(absl::ZeroDuration());
  }
  CHECK(tries < 3 * (288 + 5));
}

}  // namespace
}  // namespace fiscus::identity

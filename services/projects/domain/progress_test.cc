#include "services/projects/domain/progress.h"

#include <limits>
#include <random>

#include <catch2/catch.hpp>

#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

}  // namespace

TEST_CASE("Progress weighs items by value", "[projects][domain]") {
  CHECK(PhysicalBp({}) == 0);
  const std::vector<WorkItem> items = {ItemOf("a", 300, 1'000, 500),
                                       ItemOf("b", 700, 2'000, 2'000)};
  CHECK(PhysicalBp(items) == 8'500);
}

TEST_CASE("Progress is 100 % only when all is certified", "[projects][domain]") {
  std::vector<WorkItem> items = {ItemOf("a", 999'999, 1'000'000, 999'999), ItemOf("b", 1, 1, 1)};
  CHECK(PhysicalBp(items) == 9'999);
  items[0].certified_milli = 1'000'000;
  CHECK(PhysicalBp(items) == 10'000);
}

TEST_CASE("Progress holds at the limits of int64", "[projects][domain]") {
  const std::vector<WorkItem> items = {ItemOf("a", kMax, kMax, kMax - 1)};
  CHECK(CertifiedValueOf(items[0]) == kMax - 1);
  CHECK(PhysicalBp(items) == 9'999);
  CHECK(ValuesFit(items));
  const std::vector<WorkItem> two = {ItemOf("a", kMax, 1, 0), ItemOf("b", 1, 1, 1)};
  CHECK_FALSE(ValuesFit(two));
  CHECK(PhysicalBp(two) == 0);
}

TEST_CASE("Certified values are given for the contracts measured", "[projects][domain]") {
  const std::vector<WorkItem> items = {ItemOf("a", 100, 3, 1, "c1"), ItemOf("b", 100, 3, 2, "c1"),
                                       ItemOf("c", 100, 3, 3, "c2"), ItemOf("d", 100, 3, 3)};
  CHECK(CertifiedValueOf(items, "c1") == 33 + 66);
  const std::vector<MeasuredQuantity> measured = {{"a", 1}, {"d", 3}};
  CHECK(CertifiedValues(items, measured) == std::vector<CertifiedValue>{{"c1", 99}});
}

// Goal: progress lies in 0..100 %, is 100 % exactly when all is done, never falls while no quantity
// falls, and the certified value of a contract never exceeds its items' value. Method: random
// items, quantities raised step by step.
TEST_CASE("Progress rises with its quantities and never exceeds the whole", "[projects][domain]") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2'000; ++round) {
    const int64_t bound = round % 2 == 0 ? 1'000 : kMax / 10;
    const auto pick = [&](int64_t low, int64_t high) {
      return std::uniform_int_distribution<int64_t>(low, high)(random);
    };
    std::vector<WorkItem> items;
    int64_t whole = 0;
    for (int64_t i = pick(1, 8); i > 0; --i) {
      items.push_back(ItemOf("w" + std::to_string(i), pick(1, bound), pick(1, bound), 0, "c1"));
      whole += items.back().value_minor;
    }
    int32_t before = 0;
    for (int step = 0; step < 10; ++step) {
      WorkItem& item = items[pick(0, static_cast<int64_t>(items.size()) - 1)];
      item.certified_milli =
          step % 3 == 0 ? item.quantity_milli : pick(item.certified_milli, item.quantity_milli);
      bool complete = true;
      for (const WorkItem& each : items) complete &= each.certified_milli == each.quantity_milli;
      const int32_t now = PhysicalBp(items);
      const int64_t certified = CertifiedValueOf(items, "c1");
      REQUIRE(now >= before);
      REQUIRE(now <= 10'000);
      REQUIRE((now == 10'000) == complete);
      REQUIRE(certified <= whole);
      REQUIRE((certified == whole) == complete);
      before = now;
    }
  }
}

}  // namespace fiscus::projects

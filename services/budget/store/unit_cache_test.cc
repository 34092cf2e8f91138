#include "services/budget/store/unit_cache.h"

#include <catch2/catch.hpp>

namespace fiscus::budget {

TEST_CASE("The unit cache stays bounded and keeps what is used", "[budget][store]") {
  UnitCache cache(20);
  cache.Remember("t1", "line", "used", "/33/");
  for (int i = 0; i < 1'000; ++i) {
    cache.Remember("t1", "line", std::to_string(i), "/34/");
    REQUIRE(cache.Find("t1", "line", "used") == "/33/");
  }
  CHECK(cache.Find("t1", "line", "999") == "/34/");
  CHECK_FALSE(cache.Find("t1", "line", "0").has_value());
  CHECK_FALSE(cache.Find("t2", "line", "used").has_value());
  CHECK_FALSE(cache.Find("t1", "reservation", "used").has_value());
}

}  // namespace fiscus::budget

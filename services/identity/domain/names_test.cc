#include "services/identity/domain/names.h"

#include <catch2/catch.hpp>

#include <string>

namespace fiscus::identity {
namespace {

TEST_CASE("Slugs, user names and unit codes have one form each", "[identity][domain]") {
  for (const char* good : {"zj", "demo-2026", "a2"}) CHECK(IsTenantSlug(good));
  for (const char* bad : {"", "z", "Zj", "2zj", "-zj", "z_j", "z.j", "浙江", "z j", "*"})
    CHECK_FALSE(IsTenantSlug(bad));
  for (const char* good : {"li.na", "wang_wu", "x-1"}) CHECK(IsUsername(good));
  for (const char* bad : {"", "l", "Li", ".li", "li na", "li/na", "李娜"})
    CHECK_FALSE(IsUsername(bad));
  CHECK(IsUsername("a" + std::string(39, 'b')));
  CHECK_FALSE(IsUsername("a" + std::string(40, 'b')));
  for (const char* good : {"330000", "Health_1", "a-b", "9"}) CHECK(IsUnitCode(good));
  for (const char* bad : {"", "a/b", "/", "a b", "..", "卫生"}) CHECK_FALSE(IsUnitCode(bad));
  CHECK(IsUnitCode(std::string(40, 'u')));
  CHECK_FALSE(IsUnitCode(std::string(41, 'u')));
}

TEST_CASE("Names for people are text without control characters", "[identity][domain]") {
  CHECK(IsDisplayName("浙江省财政厅"));
  CHECK(IsDisplayName(std::string(200, 'x')));
  CHECK_FALSE(IsDisplayName(std::string(201, 'x')));
  CHECK_FALSE(IsDisplayName(""));
  CHECK_FALSE(IsDisplayName("two\nlines"));
  CHECK_FALSE(IsDisplayName(std::string("nul\0", 4)));
  CHECK_FALSE(IsDisplayName("del\x7f"));
}

TEST_CASE("A child's path continues its parent's", "[identity][domain]") {
  CHECK(ChildPath("/", "330000") == "/330000/");
  CHECK(ChildPath("/330000/", "health") == "/330000/health/");
}

}  // namespace
}  // namespace fiscus::identity

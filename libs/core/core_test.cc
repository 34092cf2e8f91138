// Money, ratios, splits, dates, ids, text and statuses: tables and seeded properties.
#include <catch2/catch.hpp>
#include <limits>
#include <numeric>
#include <random>

#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/core/money.h"
#include "libs/core/status.h"
#include "libs/core/text.h"

namespace fiscus {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST_CASE("Sums that leave int64 are refused") {
  CHECK(CheckedAdd(kMax, 0) == kMax);
  CHECK_FALSE(CheckedAdd(kMax, 1).has_value());
  CHECK_FALSE(CheckedSub(kMin, 1).has_value());
  CHECK(CheckedSub(5, 7) == -2);
}

TEST_CASE("MulDiv rounds as asked and never through floating point") {
  CHECK(MulDiv(7, 1, 2, Rounding::kDown) == 3);
  CHECK(MulDiv(7, 1, 2, Rounding::kHalfUp) == 4);
  CHECK(MulDiv(7, 1, 2, Rounding::kUp) == 4);
  CHECK(MulDiv(-7, 1, 2, Rounding::kDown) == -4);
  CHECK(MulDiv(6, 1, 2, Rounding::kUp) == 3);
  CHECK(MulDiv(kMax, 10000, 10000, Rounding::kDown) == kMax);
  CHECK_FALSE(MulDiv(kMax, 2, 1, Rounding::kDown).has_value());
  CHECK_FALSE(MulDiv(1, 1, 0, Rounding::kDown).has_value());
  // 9007199254740993 is the first integer that a double cannot hold.
  CHECK(MulDiv(9007199254740993, 10000, 10000, Rounding::kDown) == 9007199254740993);
}

TEST_CASE("Ratios in basis points") {
  CHECK(RatioBp(1, 3, Rounding::kDown) == 3333);
  CHECK(RatioBp(2, 3, Rounding::kHalfUp) == 6667);
  CHECK_FALSE(RatioBp(1, 0, Rounding::kDown).has_value());
}

TEST_CASE("A split always sums to the whole and differs from the exact share by less than one") {
  std::mt19937_64 random(20261124);  // NOLINT: a fixed seed replays
  for (int round = 0; round < 20000; ++round) {
    std::vector<int64_t> weights(1 + random() % 7);
    for (int64_t& weight : weights) weight = static_cast<int64_t>(random() % 1000);
    weights[0] += 1;
    const auto total = static_cast<int64_t>(random() % 1'000'000'000'000);
    const auto parts = Split(total, weights);
    REQUIRE(parts.has_value());
    REQUIRE(std::accumulate(parts->begin(), parts->end(), int64_t{0}) == total);
    const int64_t sum = std::accumulate(weights.begin(), weights.end(), int64_t{0});
    for (size_t i = 0; i < weights.size(); ++i) {
      const int64_t down = *MulDiv(total, weights[i], sum, Rounding::kDown);
      REQUIRE((*parts)[i] >= down);
      REQUIRE((*parts)[i] <= down + 1);
    }
  }
  CHECK_FALSE(Split(10, {0, 0}).has_value());
  CHECK_FALSE(Split(-1, {1}).has_value());
  CHECK_FALSE(Split(10, {2, -1}).has_value());
}

TEST_CASE("Money for people") {
  CHECK(FormatMoney(123456789, "CNY") == "1,234,567.89 CNY");
  CHECK(FormatMoney(-5, "CNY") == "-0.05 CNY");
  CHECK(FormatMoney(1234, "JPY") == "1,234 JPY");
  CHECK(FormatMoney(kMin, "CNY") == "-92,233,720,368,547,758.08 CNY");
  CHECK(IsCurrency("CNY"));
  CHECK_FALSE(IsCurrency("cny"));
}

TEST_CASE("Dates are exact or refused") {
  CHECK(ParseDate("2024-02-29") == absl::CivilDay(2024, 2, 29));
  for (const char* bad : {"2023-02-29", "2026-1-01", "2026-13-01", "26-01-01", "2026/01/01",
                          "2026-01-0a", "1899-01-01", ""}) {
    CHECK_FALSE(ParseDate(bad).has_value());
  }
  CHECK(FormatDate(absl::CivilDay(2026, 3, 1)) == "2026-03-01");
}

TEST_CASE("Times keep microseconds through text") {
  const absl::Time time = absl::FromUnixMicros(1'700'000'000'123'456);
  CHECK(FormatTimestamp(time) == "2023-11-14T22:13:20.123456Z");
  CHECK(ParseTimestamp(FormatTimestamp(time)) == time);
  CHECK_FALSE(ParseTimestamp("yesterday").has_value());
}

TEST_CASE("Ids") {
  const std::string id = MakeUuidV7(absl::FromUnixMillis(0x0123456789ab), 0x1234, 0x5678);
  CHECK(IsUuid(id));
  CHECK(id.substr(0, 13) == "01234567-89ab");
  CHECK(id[14] == '7');
  CHECK(NamedUuid("space", "name") == NamedUuid("space", "name"));
  CHECK(NamedUuid("space", "name") != NamedUuid("spacen", "ame"));
  CHECK(IsUuid(NamedUuid("", "")));
  CHECK_FALSE(IsUuid("01234567-89AB-7000-8000-000000000000"));
  CHECK_FALSE(IsUuid("0123456789ab"));
}

TEST_CASE("Unit paths") {
  CHECK(IsUnitPath("/33/"));
  CHECK(IsUnitPath("/33/3301/health_1/"));
  for (const char* bad : {"", "/", "33/", "/33", "//", "/33//", "/a b/", "/../", "/\xc3\xa9/"})
    CHECK_FALSE(IsUnitPath(bad));
  CHECK(IsWithin("/33/3301/", "/33/"));
  CHECK(IsWithin("/33/", "/33/"));
  CHECK_FALSE(IsWithin("/33/", "/33/3301/"));
  CHECK_FALSE(IsWithin("/330/", "/33"));
  CHECK_FALSE(IsWithin("/33/", ""));
}

TEST_CASE("Base64url refuses what is not its own") {
  CHECK(Base64UrlEncode("\xff\xfe\x01") == "__4B");
  CHECK(Base64UrlDecode("__4B") == "\xff\xfe\x01");
  CHECK_FALSE(Base64UrlDecode("a+b/").has_value());
}

TEST_CASE("A refusal carries reason, domain, figures, fields and wait") {
  absl::Status status =
      Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_AVAILABLE", "too much",
             {{"asked", "500"}, {"odd:name", "12:34"}}, "fiscus.budget.v1");
  const auto info = RefusalOf(status);
  REQUIRE(info.has_value());
  CHECK(info->reason == "EXCEEDS_AVAILABLE");
  CHECK(info->domain == "fiscus.budget.v1");
  CHECK(info->figures.at("odd:name") == "12:34");
  CHECK(RetryAfterMsOf(WithRetryAfter(status, 1500)) == 1500);
  CHECK_FALSE(RefusalOf(absl::InternalError("x")).has_value());

  const absl::Status fields =
      InvalidFields({{"amount.minor", "must be > 0"}, {"payee", "is missing"}});
  CHECK(fields.code() == absl::StatusCode::kInvalidArgument);
  CHECK(ViolationsOf(fields).size() == 2);
  CHECK(ViolationsOf(fields)[1].field == "payee");
}

}  // namespace
}  // namespace fiscus

// Amounts: nothing is lost, nothing is invented. Tables for the notations, properties against
// 128-bit integers.
#include "libs/tabular/decimal.h"

#include <catch2/catch.hpp>
#include <random>

#include "absl/strings/str_cat.h"

namespace fiscus::tabular {
namespace {

// value × 10^2, or the error's code as text.
std::string Cents(const absl::StatusOr<Decimal>& value,
                  RoundingMode rounding = RoundingMode::kExact) {
  if (!value.ok()) return "not a number";
  const auto cents = ToScaled(*value, 2, rounding);
  return cents.ok()                           ? absl::StrCat(*cents)
         : absl::IsOutOfRange(cents.status()) ? "too large"
                                              : "too precise";
}

TEST_CASE("ParsePlainDecimal reads the notations that files use", "[tabular]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0", "0"},
      {"-0.00", "0"},
      {"1.2345E7", "1234500000"},
      {"1.5e-1", "15"},
      {"12345.67", "1234567"},
      {"+7", "700"},
      {" 7 ", "700"},
      {".5", "50"},
      {"5.", "500"},
      {"00012", "1200"},
      {"90071992547409.93", "9007199254740993"},
      {"92233720368547758.07", "9223372036854775807"},
      {"-92233720368547758.07", "-9223372036854775807"},
      {"92233720368547758.08", "too large"},
      {"1E300", "too large"},
      {"1E999", "not a number"},
      {"1E", "not a number"},
      {"1.234", "too precise"},
      {"1.2300", "123"},
      {"", "not a number"},
      {"-", "not a number"},
      {".", "not a number"},
      {"1,000", "not a number"},
      {"0x10", "not a number"},
      {"NaN", "not a number"},
      {"1 2", "not a number"},
      {"--1", "not a number"},
  };
  for (const auto& [text, cents] : cases) {
    CAPTURE(text);
    CHECK(Cents(ParsePlainDecimal(text)) == cents);
  }
}

TEST_CASE("ParseDecimal reads people's notations as the profile describes them", "[tabular]") {
  const NumberStyle german{.decimal = ",", .thousands = "."};
  const NumberStyle money{
      .thousands = ",", .strip = {"$", "元", "%"}, .parentheses_negative = true};
  CHECK(Cents(ParseDecimal("1.234.567,89", german)) == "123456789");
  CHECK(Cents(ParseDecimal("1234567,89", german)) == "123456789");
  CHECK(Cents(ParseDecimal("12.34,5", german)) == "not a number");
  CHECK(Cents(ParseDecimal("1.2345", german)) == "not a number");
  CHECK(Cents(ParseDecimal(".123", german)) == "not a number");
  CHECK(Cents(ParseDecimal("$1,234.50", money)) == "123450");
  CHECK(Cents(ParseDecimal("-$5", money)) == "-500");
  CHECK(Cents(ParseDecimal("$-5", money)) == "-500");
  CHECK(Cents(ParseDecimal("(1,234.50)", money)) == "-123450");
  CHECK(Cents(ParseDecimal("12元", money)) == "1200");
  CHECK(Cents(ParseDecimal("(-5)", money)) == "not a number");
  CHECK(Cents(ParseDecimal("1,234.50", NumberStyle{})) == "not a number");
}

TEST_CASE("ToScaled rounds as the field says", "[tabular]") {
  struct Case {
    std::string text, half_up, half_even, down;
  };
  const std::vector<Case> cases = {
      {"0.125", "13", "12", "12"},      {"0.135", "14", "14", "13"},
      {"-0.125", "-13", "-12", "-12"},  {"0.1251", "13", "13", "12"},
      {"9.999", "1000", "1000", "999"}, {"0.004", "0", "0", "0"},
      {"0.005", "1", "0", "0"},         {"0.0000005", "0", "0", "0"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(Cents(ParsePlainDecimal(c.text), RoundingMode::kHalfUp) == c.half_up);
    CHECK(Cents(ParsePlainDecimal(c.text), RoundingMode::kHalfEven) == c.half_even);
    CHECK(Cents(ParsePlainDecimal(c.text), RoundingMode::kDown) == c.down);
    CHECK(Cents(ParsePlainDecimal(c.text)) == "too precise");
  }
}

TEST_CASE("A spreadsheet's 17 digits are read as it shows them", "[tabular]") {
  const auto shown = [](const std::string& text) {
    const auto value = AsSpreadsheetShows(*ParsePlainDecimal(text), 2);
    return value.ok() ? Cents(value) : std::string("refused");
  };
  CHECK(shown("27524608.870000001") == "2752460887");
  CHECK(shown("14984958.039999999") == "1498495804");
  CHECK(shown("8837423.1799999997") == "883742318");
  CHECK(shown("71126584.719999999") == "7112658472");
  CHECK(shown("1.2345670000000001E7") == "1234567000");
  // Beyond 15 digits the text counts if it is exact; a double's noise cannot be told from digits
  // there.
  CHECK(shown("90071992547409.93") == "9007199254740993");
  CHECK(shown("90071992547409.938") == "refused");
}

TEST_CASE("Every amount survives text, and doubles up to 15 digits", "[tabular]") {
  std::mt19937_64 random(20160331);  // NOLINT: a fixed seed makes failures repeatable
  for (int i = 0; i < 20000; ++i) {
    const auto minor =
        static_cast<int64_t>(random() >> (1 + random() % 62)) * (random() % 2 == 0 ? 1 : -1);
    const uint64_t magnitude =
        minor < 0 ? 0 - static_cast<uint64_t>(minor) : static_cast<uint64_t>(minor);
    char text[64];
    std::snprintf(text, sizeof text, "%s%llu.%02llu", minor < 0 ? "-" : "",
                  static_cast<unsigned long long>(magnitude / 100),
                  static_cast<unsigned long long>(magnitude % 100));
    CAPTURE(text);
    REQUIRE(Cents(ParsePlainDecimal(text)) == absl::StrCat(minor));
    if (magnitude >= 1'000'000'000'000'000) continue;
    std::snprintf(text, sizeof text, "%.17g", static_cast<double>(minor) / 100);
    CAPTURE(text);
    const auto shown = AsSpreadsheetShows(*ParsePlainDecimal(text), 2);
    REQUIRE(shown.ok());
    REQUIRE(Cents(shown) == absl::StrCat(minor));
  }
}

}  // namespace
}  // namespace fiscus::tabular

// Numbers as people and files write them, brought to int64 without a floating point number in
// between.
//
// Spreadsheets keep numbers as doubles and write them with up to 17 digits ("27524608.870000001").
// Such a text is read as the spreadsheet itself shows it, rounded to 15 significant digits;
// afterwards it must be exact at the wanted scale, or the field's rounding decides. Where 15 digits
// do not reach the scale (above 9,999,999,999,999.99 for cents) the text is taken as it stands if
// it is exact, and refused if not: digits are never invented.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace fiscus::tabular {

// ±digits × 10^exponent; digits without leading zeros, "" for zero.
struct Decimal {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

// How a text writes numbers; see NumberFormat in profile.proto. Each separator is one character of
// UTF-8, or empty.
struct NumberStyle {
  std::string decimal = ".";
  std::string thousands;
  std::vector<std::string> strip;
  bool parentheses_negative = false;
};

// Reads a person's text. Refuses what is not wholly a number: "12 approx", "1,23,4" (groups are of
// three digits).
absl::StatusOr<Decimal> ParseDecimal(std::string_view text, const NumberStyle& style);

// Reads a number in a file's own notation: -1.25, 1.2345E7.
absl::StatusOr<Decimal> ParsePlainDecimal(std::string_view text);

enum class RoundingMode { kExact, kHalfUp, kHalfEven, kDown };

// value × 10^scale as a whole number. Refuses digits beyond the scale if kExact, and what int64
// does not hold.
absl::StatusOr<int64_t> ToScaled(const Decimal& value, int scale, RoundingMode rounding);

// The value as a spreadsheet shows it, at the given scale; see the top of this file. Refuses
// (OUT_OF_RANGE) where 15 digits do not reach the scale and the text is not exact.
absl::StatusOr<Decimal> AsSpreadsheetShows(const Decimal& value, int scale);

}  // namespace fiscus::tabular

#include "libs/tabular/decimal.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "libs/tabular/cell.h"

namespace fiscus::tabular {
namespace {

constexpr size_t kDigitsMax = 400;   // longer is no amount, whatever it is
constexpr int kExponentMax = 400;    // doubles end at 308
constexpr size_t kSheetDigits = 15;  // significant digits that a spreadsheet keeps

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::Status NotANumber(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", std::string(text.substr(0, 60)), "' is not a number"));
}

// Drops zeros at the front, so that equal values have equal digits up to the exponent.
void Normalise(Decimal& value) {
  value.digits.erase(0, std::min(value.digits.find_first_not_of('0'), value.digits.size()));
  if (value.digits.empty()) value = Decimal{};
}

// Takes "12,345,678" off the text into digits; a separator must be followed by exactly three
// digits.
bool TakeGroups(std::string_view& text, const std::string& separator, std::string& digits) {
  size_t group = 0;
  bool grouped = false;
  while (!text.empty()) {
    if (IsDigit(text.front())) {
      digits += text.front();
      text.remove_prefix(1);
      ++group;
      continue;
    }
    if (separator.empty() || !text.starts_with(separator)) break;
    if (grouped ? group != 3 : (group == 0 || group > 3)) return false;
    text.remove_prefix(separator.size());
    grouped = true;
    group = 0;
  }
  return !grouped || group == 3;
}

// Rounds away the last `count` digits; returns whether the magnitude grows by one unit of the new
// last place.
bool RoundsUp(const std::string& digits, size_t count, RoundingMode rounding) {
  if (rounding == RoundingMode::kDown || rounding == RoundingMode::kExact) return false;
  if (count > digits.size()) return false;  // below half a unit
  const size_t cut = digits.size() - count;
  if (digits[cut] != '5') return digits[cut] > '5';
  const bool tie = digits.find_first_not_of('0', cut + 1) == std::string::npos;
  if (!tie || rounding == RoundingMode::kHalfUp) return true;
  return cut > 0 && (digits[cut - 1] - '0') % 2 == 1;
}

// Drops the last `count` digits.
Decimal Shortened(const Decimal& value, size_t count, RoundingMode rounding) {
  const bool up = RoundsUp(value.digits, count, rounding);
  Decimal result{value.negative,
                 value.digits.substr(0, value.digits.size() - std::min(count, value.digits.size())),
                 value.exponent + static_cast<int>(count)};
  if (up) {
    size_t place = result.digits.size();
    while (place > 0 && result.digits[place - 1] == '9') result.digits[--place] = '0';
    if (place == 0) {
      result.digits.insert(result.digits.begin(), '1');
    } else {
      ++result.digits[place - 1];
    }
  }
  Normalise(result);
  return result;
}

// Removes one listed text, e.g. a currency sign, from either end.
bool StripOne(std::string& text, const std::vector<std::string>& listed) {
  for (const std::string& sign : listed) {
    if (sign.empty()) continue;
    if (std::string_view(text).starts_with(sign)) {
      text = Trimmed(std::string_view(text).substr(sign.size()));
      return true;
    }
    if (std::string_view(text).ends_with(sign)) {
      text = Trimmed(std::string_view(text).substr(0, text.size() - sign.size()));
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<Decimal> ParseDecimal(std::string_view text, const NumberStyle& style) {
  std::string body = Trimmed(text);
  Decimal value;
  if (style.parentheses_negative && body.size() > 2 && body.front() == '(' && body.back() == ')') {
    value.negative = true;
    body = Trimmed(std::string_view(body).substr(1, body.size() - 2));
  }
  while (StripOne(body, style.strip)) {
  }
  std::string_view rest = body;
  if (!value.negative && !rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    value.negative = rest.front() == '-';
    body = Trimmed(rest.substr(1));
    while (StripOne(body, style.strip)) {  // "-$5" as well as "$-5"
    }
    rest = body;
  }
  if (!TakeGroups(rest, style.thousands, value.digits)) return NotANumber(text);
  const size_t whole = value.digits.size();
  if (!style.decimal.empty() && rest.starts_with(style.decimal)) {
    rest.remove_prefix(style.decimal.size());
    while (!rest.empty() && IsDigit(rest.front())) {
      value.digits += rest.front();
      rest.remove_prefix(1);
    }
  }
  if (!rest.empty() || value.digits.empty() || value.digits.size() > kDigitsMax)
    return NotANumber(text);
  value.exponent = -static_cast<int>(value.digits.size() - whole);
  Normalise(value);
  return value;
}

absl::StatusOr<Decimal> ParsePlainDecimal(std::string_view text) {
  const std::string body = Trimmed(text);
  const size_t mark = body.find_first_of("eE");
  absl::StatusOr<Decimal> value =
      ParseDecimal(std::string_view(body).substr(0, mark), NumberStyle{});
  if (!value.ok()) return NotANumber(text);
  if (mark == std::string::npos) return value;
  std::string_view power = std::string_view(body).substr(mark + 1);
  const bool negative = power.starts_with('-');
  if (negative || power.starts_with('+')) power.remove_prefix(1);
  if (power.empty() || power.size() > 3 || !std::all_of(power.begin(), power.end(), IsDigit)) {
    return NotANumber(text);
  }
  int exponent = 0;
  for (const char digit : power) exponent = exponent * 10 + (digit - '0');
  if (exponent > kExponentMax) return NotANumber(text);
  if (!value->digits.empty()) value->exponent += negative ? -exponent : exponent;
  return value;
}

absl::StatusOr<int64_t> ToScaled(const Decimal& value, int scale, RoundingMode rounding) {
  Decimal exact = value;
  while (!exact.digits.empty() && exact.digits.back() == '0') {
    exact.digits.pop_back();
    ++exact.exponent;
  }
  if (exact.digits.empty()) return 0;
  int power = exact.exponent + scale;
  if (power < 0) {
    if (rounding == RoundingMode::kExact) {
      return absl::InvalidArgumentError(absl::StrCat("has more than ", scale, " decimal places"));
    }
    exact = Shortened(exact, static_cast<size_t>(-power), rounding);
    if (exact.digits.empty()) return 0;
    power = 0;
  }
  if (exact.digits.size() + static_cast<size_t>(power) > 19) {
    return absl::OutOfRangeError("is larger than an amount can be");
  }
  exact.digits.append(static_cast<size_t>(power), '0');
  uint64_t magnitude = 0;  // 19 digits fit
  for (const char digit : exact.digits)
    magnitude = magnitude * 10 + static_cast<uint64_t>(digit - '0');
  if (magnitude > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return absl::OutOfRangeError("is larger than an amount can be");
  }
  const auto result = static_cast<int64_t>(magnitude);
  return exact.negative ? -result : result;
}

absl::StatusOr<Decimal> AsSpreadsheetShows(const Decimal& value, int scale) {
  if (value.digits.size() <= kSheetDigits) return value;
  const size_t surplus = value.digits.size() - kSheetDigits;
  if (value.exponent + static_cast<int>(surplus) <= -scale) {
    return Shortened(value, surplus, RoundingMode::kHalfUp);
  }
  if (value.exponent >= -scale) return value;
  return absl::OutOfRangeError(
      "has more digits than a spreadsheet's number holds; write it as text");
}

}  // namespace fiscus::tabular

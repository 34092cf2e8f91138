#include "libs/tabular/dates.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

#include "libs/core/dates.h"
#include "libs/tabular/decimal.h"

namespace fiscus::tabular {
namespace {

constexpr int64_t kSerialMax = 2'958'465;  // 9999-12-31

bool IsLetter(char c) { return c == 'y' || c == 'M' || c == 'd'; }

// Length of the run of the pattern's first letter.
size_t RunLength(std::string_view pattern) {
  const size_t end = pattern.find_first_not_of(pattern.front());
  return end == std::string_view::npos ? pattern.size() : end;
}

// Takes a number of the run's width off the text; -1 if there is none.
int TakeNumber(std::string_view& text, size_t run) {
  const size_t width_max = run == 1 ? 2 : run;
  int value = 0;
  size_t width = 0;
  while (width < width_max && !text.empty() && text.front() >= '0' && text.front() <= '9') {
    value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++width;
  }
  return width == 0 || (run > 1 && width != run) ? -1 : value;
}

std::optional<std::string> Formatted(int64_t year, int month, int day) {
  const absl::CivilDay civil(year, month, day);
  if (civil.year() != year || civil.month() != month || civil.day() != day) return std::nullopt;
  if (year < 1 || year > 9999) return std::nullopt;
  return absl::StrFormat("%04d-%02d-%02d", year, month, day);
}

}  // namespace

std::optional<std::string> ParseDate(std::string_view text, std::string_view pattern) {
  int year = -1;
  int month = -1;
  int day = -1;
  while (!pattern.empty()) {
    const char letter = pattern.front();
    if (!IsLetter(letter)) {
      if (text.empty() || text.front() != letter) return std::nullopt;
      text.remove_prefix(1);
      pattern.remove_prefix(1);
      continue;
    }
    const size_t run = RunLength(pattern);
    pattern.remove_prefix(run);
    int number = TakeNumber(text, run);
    if (number < 0) return std::nullopt;
    if (letter == 'y') year = run == 2 ? 2000 + number : number;
    if (letter == 'M') month = number;
    if (letter == 'd') day = number;
  }
  if (!text.empty() || year < 0 || month < 0 || day < 0) return std::nullopt;
  return Formatted(year, month, day);
}

std::optional<std::string> ParseSerialDate(std::string_view text, bool system_1904) {
  const auto number = ParsePlainDecimal(text);
  if (!number.ok()) return std::nullopt;
  const auto whole = ToScaled(*number, 0, RoundingMode::kDown);
  if (!whole.ok() || *whole < 1 || *whole > kSerialMax) return std::nullopt;
  if (!system_1904 && *whole == 60) return std::nullopt;
  const absl::CivilDay epoch = system_1904   ? absl::CivilDay(1904, 1, 1)
                               : *whole < 60 ? absl::CivilDay(1899, 12, 31)
                                             : absl::CivilDay(1899, 12, 30);
  const absl::CivilDay day = epoch + *whole;
  return Formatted(day.year(), day.month(), day.day());
}

bool IsCivilDate(std::string_view text) { return fiscus::ParseDate(text).has_value(); }

bool IsDatePattern(std::string_view pattern) {
  int seen_year = 0;
  int seen_month = 0;
  int seen_day = 0;
  while (!pattern.empty()) {
    const size_t run = RunLength(pattern);
    if (pattern.front() == 'y') seen_year += run == 4 || run == 2 ? 1 : 2;
    if (pattern.front() == 'M') seen_month += run <= 2 ? 1 : 2;
    if (pattern.front() == 'd') seen_day += run <= 2 ? 1 : 2;
    pattern.remove_prefix(run);
  }
  return seen_year == 1 && seen_month == 1 && seen_day == 1;
}

}  // namespace fiscus::tabular

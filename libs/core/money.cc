#include "libs/core/money.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace fiscus {
namespace {

using Wide = __int128;

std::optional<int64_t> Narrow(Wide value) {
  if (value > std::numeric_limits<int64_t>::max() || value < std::numeric_limits<int64_t>::min())
    return std::nullopt;
  return static_cast<int64_t>(value);
}

// Quotient towards −∞ and the remainder ≥ 0 for divisor > 0.
struct Division {
  Wide quotient;
  Wide remainder;
};
Division FloorDivide(Wide dividend, Wide divisor) {
  Wide quotient = dividend / divisor;
  Wide remainder = dividend % divisor;
  if (remainder < 0) {
    remainder += divisor;
    --quotient;
  }
  return {quotient, remainder};
}

}  // namespace

std::optional<int64_t> CheckedAdd(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

std::optional<int64_t> CheckedSub(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_sub_overflow(a, b, &result)) return std::nullopt;
  return result;
}

std::optional<int64_t> MulDiv(int64_t a, int64_t b, int64_t c, Rounding rounding) {
  if (c == 0) return std::nullopt;
  Wide dividend = static_cast<Wide>(a) * b;
  Wide divisor = c;
  if (divisor < 0) {
    divisor = -divisor;
    dividend = -dividend;
  }
  auto [quotient, remainder] = FloorDivide(dividend, divisor);
  const bool up = (rounding == Rounding::kUp && remainder > 0) ||
                  (rounding == Rounding::kHalfUp && 2 * remainder >= divisor);
  return Narrow(up ? quotient + 1 : quotient);
}

std::optional<int64_t> RatioBp(int64_t part, int64_t whole, Rounding rounding) {
  return MulDiv(part, kWholeBp, whole, rounding);
}

std::optional<std::vector<int64_t>> Split(int64_t total_minor,
                                          const std::vector<int64_t>& weights) {
  Wide sum = 0;
  for (const int64_t weight : weights) {
    if (weight < 0) return std::nullopt;
    sum += weight;
  }
  if (total_minor < 0 || sum == 0) return std::nullopt;
  std::vector<int64_t> parts(weights.size());
  std::vector<Wide> remainders(weights.size());
  Wide rest = total_minor;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Division share = FloorDivide(static_cast<Wide>(total_minor) * weights[i], sum);
    parts[i] = static_cast<int64_t>(share.quotient);
    remainders[i] = share.remainder;
    rest -= share.quotient;
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  for (size_t i = 0; rest > 0; ++i, --rest) ++parts[order[i]];
  return parts;
}

bool IsCurrency(std::string_view code) {
  return code.size() == 3 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

int MinorDigits(std::string_view currency) {
  constexpr std::string_view kNone[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                        "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
  constexpr std::string_view kThree[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  if (std::find(std::begin(kNone), std::end(kNone), currency) != std::end(kNone)) return 0;
  if (std::find(std::begin(kThree), std::end(kThree), currency) != std::end(kThree)) return 3;
  return 2;
}

std::string FormatMoney(int64_t minor, std::string_view currency) {
  const int digits = MinorDigits(currency);
  // The magnitude as unsigned: −(int64 minimum) does not fit int64.
  uint64_t magnitude = minor < 0 ? ~static_cast<uint64_t>(minor) + 1 : static_cast<uint64_t>(minor);
  std::string text = std::to_string(magnitude);
  if (text.size() <= static_cast<size_t>(digits)) text.insert(0, digits + 1 - text.size(), '0');
  const size_t whole = text.size() - digits;
  if (digits > 0) text.insert(whole, ".");
  for (size_t i = whole; i > 3; i -= 3) text.insert(i - 3, ",");
  return (minor < 0 ? "-" : "") + text + " " + std::string(currency);
}

}  // namespace fiscus

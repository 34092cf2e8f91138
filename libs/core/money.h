// Money: int64 minor units with an ISO 4217 code; arithmetic that refuses to overflow; ratios in
// basis points.
//
// No floating point anywhere. Values only, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/core/status.h"

namespace fiscus {

// 100 % in basis points.
inline constexpr int64_t kWholeBp = 10'000;

// An amount in minor units (fen for CNY).
struct Money {
  int64_t minor = 0;
  std::string currency;

  friend bool operator==(const Money&, const Money&) = default;
};

// a + b, a − b; nullopt when the result leaves int64.
std::optional<int64_t> CheckedAdd(int64_t a, int64_t b);
std::optional<int64_t> CheckedSub(int64_t a, int64_t b);

// How RatioBp and MulDiv round.
enum class Rounding { kDown, kHalfUp, kUp };

// a × b ÷ c through 128 bits; nullopt when c = 0 or the result leaves int64. For negative results
// kDown goes towards −∞.
std::optional<int64_t> MulDiv(int64_t a, int64_t b, int64_t c, Rounding rounding);

// part ÷ whole in basis points; nullopt when whole = 0 or the result leaves int64.
std::optional<int64_t> RatioBp(int64_t part, int64_t whole, Rounding rounding);

// Splits a total ≥ 0 by non-negative weights (not all 0) so that the parts sum to the total
// exactly, by largest remainder; equal remainders go to the earlier part. Source: Hamilton's
// method.
std::optional<std::vector<int64_t>> Split(int64_t total_minor, const std::vector<int64_t>& weights);

// True for three capital letters.
bool IsCurrency(std::string_view code);

// Digits of the minor unit by ISO 4217 (0 for JPY, KRW …; 3 for KWD, BHD …; else 2).
int MinorDigits(std::string_view currency);

// "1,234,567.89 CNY", for people only.
std::string FormatMoney(int64_t minor, std::string_view currency);

}  // namespace fiscus

// Integer arithmetic of the projections: sums that saturate, ratios through 128 bits. No floating
// point.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "libs/core/money.h"

namespace fiscus::monitor {

// Ratios are kept within ±1,000,000,000 bp (10,000,000 %), so that they fit the published int32 and
// still order correctly.
inline constexpr int64_t kRatioMaxBp = 1'000'000'000;

// a + b, held at the ends of int64: the ledger refuses such sums, so this only keeps a foreign
// event from being undefined.
inline int64_t Plus(int64_t a, int64_t b) {
  if (const std::optional<int64_t> sum = CheckedAdd(a, b)) return *sum;
  return a > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}
inline int64_t Minus(int64_t a, int64_t b) {
  if (const std::optional<int64_t> difference = CheckedSub(a, b)) return *difference;
  return a > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

// part ÷ whole in basis points, within ±kRatioMaxBp; nullopt unless whole > 0.
inline std::optional<int32_t> ShareBp(int64_t part, int64_t whole,
                                      Rounding rounding = Rounding::kDown) {
  if (whole <= 0) return std::nullopt;
  const std::optional<int64_t> bp = RatioBp(part, whole, rounding);
  const int64_t value = bp.value_or(part > 0 ? kRatioMaxBp : -kRatioMaxBp);
  return static_cast<int32_t>(std::clamp(value, -kRatioMaxBp, kRatioMaxBp));
}

}  // namespace fiscus::monitor

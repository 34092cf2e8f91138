#include "libs/rules/explain.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/core/money.h"
#include "libs/core/text.h"

namespace fiscus::rules {
namespace {

constexpr int32_t kMonthsFrom = 10'000;  // codes of months are yyyymm, of years yyyy

std::string Percent(int64_t bp) {
  // The magnitude as unsigned: the least int64 has no positive counterpart.
  const uint64_t size = bp < 0 ? 0 - static_cast<uint64_t>(bp) : static_cast<uint64_t>(bp);
  return absl::StrFormat("%s%d.%02d %%", bp < 0 ? "-" : "", size / 100, size % 100);
}

}  // namespace

std::string FormatValue(std::string_view name, int64_t value, std::string_view currency) {
  if (name.ends_with("_bp")) return Percent(value);
  if (name.ends_with("_minor")) return FormatMoney(value, currency);
  if (name.ends_with("_days")) return absl::StrCat(value, value == 1 ? " day" : " days");
  return absl::StrCat(value);
}

std::string Explain(const Rule& rule, bool cleared, FactReader facts, std::string_view currency) {
  if (cleared && rule.cleared.empty()) return absl::StrCat("No longer so: ", rule.title);
  std::string text;
  for (const TextPart& part : cleared ? rule.cleared : rule.explain) {
    text += part.text;
    if (part.fact >= 0) {
      const std::optional<int64_t> value = facts(part.fact);
      text += value.has_value() ? FormatValue(part.name, *value, currency) : "unknown";
    } else if (part.parameter >= 0) {
      text += FormatValue(part.name, rule.parameters[static_cast<size_t>(part.parameter)].value,
                          currency);
    }
  }
  return text;
}

int32_t WindowCode(WindowKind kind, int fiscal_year, int year, int month) {
  switch (kind) {
    case WindowKind::kNone:
      return 0;
    case WindowKind::kFiscalYear:
      return fiscal_year;
    case WindowKind::kMonth:
      return year * 100 + month;
  }
  return 0;
}

std::string WindowText(int32_t code) {
  if (code == 0) return "";
  if (code < kMonthsFrom) return absl::StrFormat("%04d", code);
  return absl::StrFormat("%04d-%02d", code / 100, code % 100);
}

}  // namespace fiscus::rules

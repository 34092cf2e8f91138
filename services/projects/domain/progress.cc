#include "services/projects/domain/progress.h"

#include <limits>
#include <map>
#include <set>

#include "libs/core/money.h"

namespace fiscus::projects {
namespace {

__int128 SumOfValues(std::span<const WorkItem> items) {
  __int128 sum = 0;
  for (const WorkItem& item : items) sum += item.value_minor;
  return sum;
}

}  // namespace

int64_t CertifiedValueOf(const WorkItem& item) {
  // value < 2⁶³ and certified ≤ quantity < 2⁶³: the product fits into 126 bits, the quotient is at
  // most the value.
  return static_cast<int64_t>(static_cast<__int128>(item.value_minor) * item.certified_milli /
                              item.quantity_milli);
}

int32_t PhysicalBp(std::span<const WorkItem> items) {
  const __int128 whole = SumOfValues(items);
  if (whole == 0) return 0;
  __int128 done = 0;
  for (const WorkItem& item : items) done += CertifiedValueOf(item);
  return static_cast<int32_t>(done * kWholeBp / whole);
}

int64_t CertifiedValueOf(std::span<const WorkItem> items, std::string_view contract_id) {
  int64_t sum = 0;  // at most Σ value, which fits (ValuesFit)
  for (const WorkItem& item : items) {
    if (item.contract_id == contract_id) sum += CertifiedValueOf(item);
  }
  return sum;
}

std::vector<CertifiedValue> CertifiedValues(std::span<const WorkItem> items,
                                            std::span<const MeasuredQuantity> measured) {
  std::set<std::string_view> measured_ids;
  for (const MeasuredQuantity& quantity : measured) measured_ids.insert(quantity.work_item_id);
  std::set<std::string_view> contracts;
  for (const WorkItem& item : items) {
    if (!item.contract_id.empty() && measured_ids.contains(item.work_item_id)) {
      contracts.insert(item.contract_id);
    }
  }
  std::vector<CertifiedValue> values;
  for (const std::string_view id : contracts) {
    values.push_back(
        {.contract_id = std::string(id), .certified_minor = CertifiedValueOf(items, id)});
  }
  return values;
}

bool ValuesFit(std::span<const WorkItem> items) {
  return SumOfValues(items) <= std::numeric_limits<int64_t>::max();
}

}  // namespace fiscus::projects

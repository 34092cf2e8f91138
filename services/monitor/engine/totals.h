// Sums by unit of one partition, kept up to date by the partition's thread and read by RPCs.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// One row of the totals.
struct TotalKey {
  std::string unit_path;
  std::string currency;
  bool observed = false;

  friend auto operator<=>(const TotalKey&, const TotalKey&) = default;
};
struct TotalRow {
  int64_t projects = 0;
  Amounts amounts;
};
using TotalRows = std::map<TotalKey, TotalRow>;

// Adds the amounts of `b` to `a`, or takes them away.
void AddAmounts(const Amounts& b, bool take_away, Amounts& a);

class Totals {
 public:
  // What changed, collected by the partition's thread and made visible at once with the commit.
  struct Change {
    std::string tenant;
    TotalKey key;
    int64_t projects = 0;
    Amounts plus;
    Amounts minus;
  };
  void Apply(const std::vector<Change>& changes);
  // Adds the tenant's rows to `rows`.
  void Collect(std::string_view tenant, TotalRows& rows) const;
  void Reset();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, TotalRows, std::less<>> by_tenant_;
};

}  // namespace fiscus::monitor

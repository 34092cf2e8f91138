// GetTotals: sums of balances over the caller's scope, by unit and in all; equal to the sum of
// their lines.
#include <charconv>
#include <map>
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/money.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/rpc/scopes.h"

namespace fiscus::budget {
namespace {

absl::Status TooLarge() {
  return absl::OutOfRangeError("a sum leaves the range of 64 bits; ask for fewer units");
}

// A sum of buckets whose inflows, too, must stay within 64 bits, so that what follows from them
// does.
absl::Status AddInto(Balances& total, const Balances& more) {
  constexpr int64_t Balances::* kAll[] = {&Balances::approved,
                                          &Balances::supplemented,
                                          &Balances::reduced,
                                          &Balances::transferred_in,
                                          &Balances::transferred_out,
                                          &Balances::allotted_in,
                                          &Balances::allotted_down,
                                          &Balances::frozen,
                                          &Balances::encumbered,
                                          &Balances::in_transit,
                                          &Balances::paid,
                                          &Balances::refunded};
  std::optional<int64_t> inflow = 0, use = 0;
  for (const auto bucket : kAll) {
    const std::optional<int64_t> sum = CheckedAdd(total.*bucket, more.*bucket);
    if (!sum.has_value()) return TooLarge();
    total.*bucket = *sum;
  }
  for (const int64_t part :
       {total.approved, total.supplemented, total.transferred_in, total.allotted_in}) {
    if (inflow.has_value()) inflow = CheckedAdd(*inflow, part);
  }
  for (const int64_t part : {total.frozen, total.encumbered, total.in_transit, total.paid}) {
    if (use.has_value()) use = CheckedAdd(*use, part);
  }
  return inflow.has_value() && use.has_value() ? absl::OkStatus() : TooLarge();
}

absl::StatusOr<Balances> BalancesOf(const UnitSum& sum) {
  constexpr int64_t Balances::* kOrder[] = {&Balances::approved,
                                            &Balances::supplemented,
                                            &Balances::reduced,
                                            &Balances::transferred_in,
                                            &Balances::transferred_out,
                                            &Balances::allotted_in,
                                            &Balances::allotted_down,
                                            &Balances::frozen,
                                            &Balances::encumbered,
                                            &Balances::in_transit,
                                            &Balances::paid,
                                            &Balances::refunded};
  Balances parsed;
  for (size_t i = 0; i < std::size(kOrder); ++i) {
    const std::string& text = sum.buckets[i];
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, parsed.*kOrder[i]);
    if (result.ec != std::errc() || result.ptr != end) return TooLarge();
  }
  Balances checked;
  RETURN_IF_ERROR(AddInto(checked, parsed));
  return checked;
}

v1::UnitTotal TotalOf(const std::string& unit_path, const std::string& currency, LineMode mode,
                      int64_t lines, const Balances& balances) {
  v1::UnitTotal total;
  total.set_unit_path(unit_path);
  total.set_currency(currency);
  total.set_mode(static_cast<v1::LineMode>(mode));
  total.set_lines(lines);
  *total.mutable_balances() = ToProto(balances);
  return total;
}

}  // namespace

absl::StatusOr<v1::GetTotalsResponse> GetTotals(const Deps& deps, const Call& call,
                                                const v1::GetTotalsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  RETURN_IF_ERROR(fields.status());
  std::vector<UnitSum> sums;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(sums, store::SumByUnit(tx, FilterFor(call, request.under_path(),
                                                              request.fiscal_year())));
        return absl::OkStatus();
      }));
  v1::GetTotalsResponse response;
  std::map<std::pair<std::string, LineMode>, std::pair<int64_t, Balances>> in_all;
  for (const UnitSum& sum : sums) {
    ASSIGN_OR_RETURN(const Balances balances, BalancesOf(sum));
    *response.add_by_unit() = TotalOf(sum.unit_path, sum.currency, sum.mode, sum.lines, balances);
    auto& [lines, total] = in_all[{sum.currency, sum.mode}];
    lines += sum.lines;
    RETURN_IF_ERROR(AddInto(total, balances));
  }
  for (const auto& [key, value] : in_all) {
    *response.add_in_all() = TotalOf("", key.first, key.second, value.first, value.second);
  }
  return response;
}

}  // namespace fiscus::budget

#include <map>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/core/money.h"
#include "libs/rpc/parse.h"
#include "services/payments/deps.h"
#include "services/payments/domain/scopes.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {
namespace {

v1::UnitTotal ToProto(const store::UnitSum& sum) {
  v1::UnitTotal total;
  total.set_unit_path(sum.unit_path);
  total.set_currency(sum.currency);
  total.set_in_transit(sum.in_transit_minor);
  total.set_paid(sum.paid_minor);
  total.set_refunded(sum.refunded_minor);
  total.set_payments(sum.payments);
  return total;
}

// sum += more; false if a sum leaves int64.
bool Add(store::UnitSum& sum, const store::UnitSum& more) {
  const auto in_transit = CheckedAdd(sum.in_transit_minor, more.in_transit_minor);
  const auto paid = CheckedAdd(sum.paid_minor, more.paid_minor);
  const auto refunded = CheckedAdd(sum.refunded_minor, more.refunded_minor);
  if (!in_transit || !paid || !refunded) return false;
  sum.in_transit_minor = *in_transit;
  sum.paid_minor = *paid;
  sum.refunded_minor = *refunded;
  sum.payments += more.payments;
  return true;
}

}  // namespace

absl::StatusOr<v1::GetTotalsResponse> GetTotals(const Deps& deps, const Call& call,
                                                const v1::GetTotalsRequest& request) {
  rpc::Fields fields;
  if (!request.under_path().empty()) fields.UnitPath("under_path", request.under_path());
  const int year = request.fiscal_year();
  fields.Check(year == 0 || (year >= 1900 && year <= 2199), "fiscal_year",
               "must be 0 or 1900..2199");
  RETURN_IF_ERROR(fields.status());
  v1::GetTotalsResponse response;
  const std::vector<std::string> scopes =
      Narrow(call.caller.ScopesFor(call.intent), request.under_path());
  if (scopes.empty()) return response;
  std::vector<store::UnitSum> sums;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(sums, store::SumByUnit(tx, scopes, year));
        return absl::OkStatus();
      }));
  std::map<std::string, store::UnitSum> in_all;
  for (const store::UnitSum& sum : sums) {
    *response.add_by_unit() = ToProto(sum);
    store::UnitSum& total = in_all[sum.currency];
    total.currency = sum.currency;
    if (!Add(total, sum)) return store::SumTooLarge();
  }
  for (const auto& [currency, total] : in_all) *response.add_in_all() = ToProto(total);
  return response;
}

}  // namespace fiscus::payments

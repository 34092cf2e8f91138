// SetFundPlan: the monthly fund plan (用款计划) of a line.
#include "fiscus/budget/v1/budget_service.handlers.h"
#include "fiscus/budget/v1/events.pb.h"
#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/events/outbox.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"
#include "services/budget/rpc/refusals.h"
// tidy-allow(money-sql): it locks the line, and writes no money
#include "services/budget/store/ledger_store.h"

namespace fiscus::budget {
namespace {

constexpr int kMonths = 12;

struct Plan {
  std::string line_id;
  std::vector<int64_t> monthly;
  absl::CivilDay effective_date;
};

absl::StatusOr<Plan> Parse(const v1::SetFundPlanRequest& request) {
  rpc::Fields fields;
  Plan plan{.line_id = fields.Uuid("line_id", request.line_id()),
            .monthly = {request.monthly().begin(), request.monthly().end()},
            .effective_date = fields.Date("effective_date", request.effective_date())};
  fields.Check(request.monthly_size() == kMonths, "monthly",
               "must have twelve amounts, January first");
  for (int i = 0; i < request.monthly_size(); ++i) {
    fields.Check(request.monthly(i) >= 0, "monthly[" + std::to_string(i) + "]",
                 "must not be negative");
  }
  RETURN_IF_ERROR(fields.status());
  return plan;
}

v1::FundPlanSet EventOf(const Line& line, const Plan& plan) {
  v1::FundPlanSet event;
  event.set_line_id(line.head->id);
  event.set_project_id(line.head->project_id);
  event.set_unit_path(line.head->unit_path);
  event.set_fiscal_year(line.head->fiscal_year);
  event.mutable_monthly()->Add(plan.monthly.begin(), plan.monthly.end());
  event.set_effective_date(FormatDate(plan.effective_date));
  return event;
}

absl::Status CheckPeriod(const Line& line, const Plan& plan) {
  if (line.standing.state != LineState::kClosed &&
      plan.effective_date.year() == line.head->fiscal_year) {
    return absl::OkStatus();
  }
  return ToStatus({.reason = Reason::kPeriodClosed,
                   .message = "the line's year " + std::to_string(line.head->fiscal_year) +
                              " is closed, or the date " + FormatDate(plan.effective_date) +
                              " is outside it",
                   .figures = {{"line_id", line.head->id}}});
}

}  // namespace

absl::StatusOr<v1::FundPlan> SetFundPlan(const Deps& deps, const Call& call,
                                         const v1::SetFundPlanRequest& request) {
  ASSIGN_OR_RETURN(const Plan plan, Parse(request));
  return pg::Transact<v1::FundPlan>(
      deps.database, call, [&](pg::Tx& tx) -> absl::StatusOr<v1::FundPlan> {
        ASSIGN_OR_RETURN(const std::vector<Line> locked,
                         store::LockLines(tx, {plan.line_id}, {}, store::OnLocked::kWait));
        if (locked.empty()) return LineNotFound(plan.line_id);
        const Line& line = locked.front();
        RETURN_IF_ERROR(CheckPeriod(line, plan));
        RETURN_IF_ERROR(store::SaveFundPlan(tx, plan.line_id, plan.monthly, plan.effective_date));
        v1::FundPlan answer;
        answer.set_line_id(plan.line_id);
        answer.mutable_monthly()->Add(plan.monthly.begin(), plan.monthly.end());
        tx.AuditSubject("fund-plans/" + plan.line_id, "", answer.SerializeAsString());
        RETURN_IF_ERROR(
            events::Append(tx, call,
                           {events::MakeEvent(LineAggregate(plan.line_id), line.head->project_id,
                                              EventOf(line, plan))})
                .status());
        return answer;
      });
}

}  // namespace fiscus::budget

#include "services/projects/clients/budget_ledger.h"

#include "fiscus/budget/v1/budget_service.grpc.pb.h"
#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "services/projects/clients/ledger_view.h"

namespace fiscus::projects {
namespace {

using BudgetStub = budget::v1::BudgetService::Stub;

constexpr int kLinesPerPage = 1000;

template <class Request>
Request RequestOf(const LedgerCommand& command) {
  Request request;
  request.set_request_id(command.request_id);
  request.set_line_id(command.line_id);
  request.set_contract_id(command.contract_id);
  request.mutable_amount()->set_minor(command.amount_minor);
  request.mutable_amount()->set_currency(command.currency);
  request.set_effective_date(FormatDate(command.effective_date));
  return request;
}

}  // namespace

struct BudgetLedger::Remote {
  rpc::Peer<budget::v1::BudgetService> budget;
};

BudgetLedger::BudgetLedger(const std::string& address, rpc::ServiceTokens& tokens)
    : remote_(new Remote{rpc::Peer<budget::v1::BudgetService>(address, &tokens)}) {}
BudgetLedger::~BudgetLedger() = default;

absl::StatusOr<LedgerView> BudgetLedger::View(const Call& call, const std::string& project_id,
                                              const std::string& currency) const {
  LedgerView view;
  budget::v1::ListLinesRequest request;
  request.set_project_id(project_id);
  request.set_page_size(kLinesPerPage);
  do {
    ASSIGN_OR_RETURN(
        const budget::v1::ListLinesResponse page,
        remote_->budget.Invoke(&BudgetStub::ListLines, rpc::OutgoingFor(call), request));
    for (const budget::v1::BudgetLine& line : page.lines()) AddLine(line, currency, view);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return view;
}

absl::Status BudgetLedger::Encumber(const Call& call, const LedgerCommand& command) const {
  auto request = RequestOf<budget::v1::EncumberRequest>(command);
  request.set_project_id(command.project_id);
  return remote_->budget.Invoke(&BudgetStub::Encumber, rpc::OutgoingFor(call), request).status();
}

absl::Status BudgetLedger::Liquidate(const Call& call, const LedgerCommand& command) const {
  auto request = RequestOf<budget::v1::LiquidateRequest>(command);
  request.set_contract_over(command.contract_over);
  return remote_->budget.Invoke(&BudgetStub::Liquidate, rpc::OutgoingFor(call), request).status();
}

}  // namespace fiscus::projects

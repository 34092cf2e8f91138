#include "services/budget/rpc/parse_commands.h"

#include <memory>
#include <utility>

#include "libs/rpc/parse.h"
#include "services/budget/domain/tolerance.h"

namespace fiscus::budget {
namespace {

constexpr size_t kCodeBytesMax = 100;
constexpr size_t kDocumentBytesMax = 200;
constexpr size_t kClassBytesMax = 100;
constexpr size_t kGroupBytesMax = 100;
constexpr int32_t kYearFirst = 1900;
constexpr int32_t kYearLast = 2199;

// The head of a line that a request makes. `prefix`: the field of the line, e.g. "line".
std::shared_ptr<const LineHead> ParseHead(rpc::Fields& fields, const std::string& prefix,
                                          const v1::BudgetLine& line) {
  const auto field = [&](const char* name) { return prefix + "." + name; };
  const v1::Classification& classes = line.classification();
  LineHead head{
      .id = fields.Uuid(field("line_id"), line.line_id()),
      .code = fields.Text(field("code"), line.code(), 1, kCodeBytesMax),
      .document_no = fields.Text(field("document_no"), line.document_no(), 0, kDocumentBytesMax),
      .unit_path = fields.UnitPath(field("unit_path"), line.unit_path()),
      .project_id = fields.OptionalUuid(field("project_id"), line.project_id()),
      .fiscal_year = line.fiscal_year(),
      .currency = line.currency(),
      .mode = static_cast<LineMode>(line.mode()),
      .classification = {.function_class = fields.Text(field("classification.function_class"),
                                                       classes.function_class(), 0, kClassBytesMax),
                         .economic_class = fields.Text(field("classification.economic_class"),
                                                       classes.economic_class(), 0, kClassBytesMax),
                         .fund_nature = fields.Text(field("classification.fund_nature"),
                                                    classes.fund_nature(), 0, kClassBytesMax),
                         .direct_fund = classes.direct_fund()},
      .tolerance_profile = line.tolerance_profile().empty() ? std::string(kDefaultProfileName)
                                                            : line.tolerance_profile()};
  fields.Check(IsProfileName(head.tolerance_profile), field("tolerance_profile"),
               "must match [a-z][a-z0-9_-]{0,39}");
  return std::make_shared<const LineHead>(std::move(head));
}

// Checks of a line that is approved rather than inherited.
void CheckApproved(rpc::Fields& fields, const std::string& prefix, const v1::BudgetLine& line) {
  fields.Check(line.fiscal_year() >= kYearFirst && line.fiscal_year() <= kYearLast,
               prefix + ".fiscal_year", "must be a year 1900 to 2199");
  fields.Check(IsCurrency(line.currency()), prefix + ".currency",
               "must be an ISO 4217 code, e.g. CNY");
}

std::string ParseDocument(rpc::Fields& fields, const std::string& value, size_t bytes_min = 0) {
  return fields.Text("document_no", value, bytes_min, kDocumentBytesMax);
}

absl::StatusOr<Command> Checked(const rpc::Fields& fields, Command command) {
  if (!fields.ok()) return fields.status();
  return command;
}

}  // namespace

absl::StatusOr<Command> ParseCommand(const v1::ApproveLineRequest& request) {
  rpc::Fields fields;
  const v1::BudgetLine& line = request.line();
  Command command{.kind = CommandKind::kApprove,
                  .line_id = line.line_id(),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date()),
                  .document_no = line.document_no(),
                  .new_line = ParseHead(fields, "line", line)};
  CheckApproved(fields, "line", line);
  const bool pending = line.state() == v1::LINE_STATE_PENDING_ALLOTMENT;
  command.new_state = pending ? LineState::kPendingAllotment : LineState::kActive;
  fields.Check(pending || line.state() == v1::LINE_STATE_ACTIVE ||
                   line.state() == v1::LINE_STATE_UNSPECIFIED,
               "line.state", "must be ACTIVE or PENDING_ALLOTMENT");
  fields.Check(pending || !line.project_id().empty(), "line.project_id",
               "is needed unless the line is pending allotment");
  const bool observed = line.mode() == v1::LINE_MODE_OBSERVED;
  fields.Check(observed || line.mode() == v1::LINE_MODE_CONTROLLED, "line.mode",
               "must be CONTROLLED or OBSERVED");
  fields.Check(!observed || !pending, "line.state", "an observed line is ACTIVE");
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::AdjustLineRequest& request) {
  rpc::Fields fields;
  Command command{.kind = request.decrease() ? CommandKind::kReduce : CommandKind::kSupplement,
                  .line_id = fields.Uuid("line_id", request.line_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date()),
                  .document_no = ParseDocument(fields, request.document_no()),
                  .expected_version = request.expected_version()};
  fields.Check(request.expected_version() >= 0, "expected_version", "must not be negative");
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::TransferBudgetRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kTransfer,
                  .line_id = fields.Uuid("from_line_id", request.from_line_id()),
                  .counter_line_id = fields.Uuid("to_line_id", request.to_line_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date()),
                  .document_no = ParseDocument(fields, request.document_no())};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::AllotLineRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kAllot,
                  .line_id = fields.Uuid("parent_line_id", request.parent_line_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date()),
                  .document_no = ParseDocument(fields, request.document_no()),
                  .new_line = ParseHead(fields, "child", request.child())};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::FreezeAmountRequest& request) {
  rpc::Fields fields;
  Command command{.kind = request.release() ? CommandKind::kUnfreeze : CommandKind::kFreeze,
                  .line_id = fields.Uuid("line_id", request.line_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date()),
                  .document_no = ParseDocument(fields, request.document_no(), 1)};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::EncumberRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kEncumber,
                  .line_id = fields.Uuid("line_id", request.line_id()),
                  .contract_id = fields.Uuid("contract_id", request.contract_id()),
                  .project_id = fields.Uuid("project_id", request.project_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date())};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::LiquidateRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kLiquidate,
                  .line_id = fields.Uuid("line_id", request.line_id()),
                  .contract_id = fields.Uuid("contract_id", request.contract_id()),
                  .contract_over = request.contract_over(),
                  .effective_date = fields.Date("effective_date", request.effective_date())};
  if (!request.contract_over()) command.amount = fields.Amount("amount", request.amount());
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::ReserveRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kReserve,
                  .line_id = fields.Uuid("line_id", request.line_id()),
                  .reservation_id = fields.Uuid("reservation_id", request.reservation_id()),
                  .contract_id = fields.OptionalUuid("contract_id", request.contract_id()),
                  .project_id = fields.Uuid("project_id", request.project_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date())};
  if (!request.expires_at().empty()) {
    command.expires_at = fields.Timestamp("expires_at", request.expires_at());
  }
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::ConfirmReservationRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kConfirm,
                  .reservation_id = fields.Uuid("reservation_id", request.reservation_id())};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::PostRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kPost,
                  .reservation_id = fields.Uuid("reservation_id", request.reservation_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date())};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::VoidRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kVoid,
                  .reservation_id = fields.Uuid("reservation_id", request.reservation_id()),
                  .effective_date = fields.Date("effective_date", request.effective_date()),
                  .document_no = fields.Text("reason", request.reason(), 0, kDocumentBytesMax)};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::RefundRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kRefund,
                  .reservation_id = fields.Uuid("reservation_id", request.reservation_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date())};
  return Checked(fields, std::move(command));
}

absl::StatusOr<Command> ParseCommand(const v1::CheckAvailabilityRequest& request) {
  rpc::Fields fields;
  Command command{.kind = CommandKind::kReserve,
                  .line_id = fields.Uuid("line_id", request.line_id()),
                  .contract_id = fields.OptionalUuid("contract_id", request.contract_id()),
                  .project_id = fields.Uuid("project_id", request.project_id()),
                  .amount = fields.Amount("amount", request.amount()),
                  .effective_date = fields.Date("effective_date", request.effective_date())};
  return Checked(fields, std::move(command));
}

namespace {

std::optional<CommandKind> ObservedKind(v1::Operation operation) {
  switch (operation) {
    case v1::OPERATION_APPROVE:
      return CommandKind::kApprove;
    case v1::OPERATION_SUPPLEMENT:
      return CommandKind::kSupplement;
    case v1::OPERATION_REDUCE:
      return CommandKind::kReduce;
    case v1::OPERATION_ENCUMBER:
      return CommandKind::kEncumber;
    case v1::OPERATION_LIQUIDATE:
      return CommandKind::kLiquidate;
    case v1::OPERATION_OBSERVED_PAY:
      return CommandKind::kObservedPay;
    case v1::OPERATION_REFUND:
      return CommandKind::kRefund;
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<Command> ParseCommand(const v1::ObservedOperation& operation) {
  rpc::Fields fields;
  fields.Uuid("request_id", operation.request_id());
  const std::optional<CommandKind> kind = ObservedKind(operation.operation());
  fields.Check(kind.has_value(), "operation",
               "must be APPROVE, SUPPLEMENT, REDUCE, ENCUMBER, LIQUIDATE, OBSERVED_PAY or REFUND");
  Command command{
      .kind = kind.value_or(CommandKind::kObservedPay),
      .mode = LineMode::kObserved,
      .line_id = fields.Uuid("line_id", operation.line_id()),
      .amount = fields.Amount("amount", operation.amount()),
      .effective_date = fields.Date("effective_date", operation.effective_date()),
      .document_no = fields.Text("source_ref", operation.source_ref(), 0, kDocumentBytesMax)};
  command.unit_path = fields.UnitPath("unit_path", operation.unit_path());
  fields.Text("group", operation.group(), 0, kGroupBytesMax);
  if (kind == CommandKind::kApprove) {
    v1::BudgetLine line = operation.line();
    fields.Check(line.mode() != v1::LINE_MODE_CONTROLLED, "line.mode", "must be OBSERVED");
    line.set_mode(v1::LINE_MODE_OBSERVED);
    command.new_line = ParseHead(fields, "line", line);
    CheckApproved(fields, "line", line);
    fields.Check(!line.project_id().empty(), "line.project_id", "is needed");
    fields.Check(line.line_id() == operation.line_id(), "line.line_id", "must be line_id");
    fields.Check(line.unit_path() == operation.unit_path(), "line.unit_path", "must be unit_path");
  }
  return Checked(fields, std::move(command));
}

}  // namespace fiscus::budget

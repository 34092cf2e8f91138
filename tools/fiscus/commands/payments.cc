// fiscus pay …, fiscus approve …
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {
namespace {

#define FISCUS_RPC(name) "fiscus.payments.v1.PaymentsService." name

const Flag kPaymentArgument = {"PAYMENT", "payment_id", "payment: id", true, true};
const Flag kDate = {"date", "effective_date", "business date, YYYY-MM-DD; default: today", false,
                    false,  FlagKind::kToday};

std::vector<Column> PaymentColumns() {
  return {{"id", "payment_id"},
          {"amount", "amount"},
          {"state", "state"},
          {"payee", "payee.name"},
          {"date", "effective_date"},
          {"unit", "unit_path"},
          {"project", "project_id", true},
          {"line", "line_id", true},
          {"contract", "contract_id", true},
          {"kind", "kind", true},
          {"purpose", "purpose", true},
          {"version", "version", true},
          {"receipt", "receipt_no", true}};
}

Command Step(std::string_view path, std::string_view method, std::string_view help,
             bool note_required = false) {
  return {
      .path = path,
      .help = help,
      .method = method,
      .flags = {kPaymentArgument,
                {"note", "note", "opinion or reason", false, note_required},
                {"expected-version", "expected_version", "the version that the payment must have"},
                kDate},
      .columns = PaymentColumns(),
      .id = "payment_id"};
}

}  // namespace

CommandTable PaymentCommands() {
  return {
      {.path = "pay submit",
       .help = "Submits a payment request; its money is reserved, or the refusal explained.",
       .method = FISCUS_RPC("SubmitPayment"),
       .flags = {{"id", "payment.payment_id", "id; default: made from the request id", false, false,
                  FlagKind::kNewId},
                 {"project", "payment.project_id", "project: code or id", false, true,
                  FlagKind::kProject},
                 {"line", "payment.line_id", "budget line: id", false, true},
                 {"contract", "payment.contract_id", "contract: id"},
                 {"unit", "payment.unit_path", "unit path", false, true},
                 {"amount", "payment.amount", "amount, e.g. \"1,234.50 CNY\"", false, true},
                 {"kind", "payment.kind", "kind, e.g. progress", false, true},
                 {"payee", "payment.payee.name", "holder of the payee's account", false, true},
                 {"account", "payment.payee.account_no", "account number", false, true},
                 {"bank", "payment.payee.bank_code", "bank code"},
                 {"purpose", "payment.purpose", "purpose"},
                 {"voucher", "payment.vouchers", "voucher number; may be repeated"},
                 {"no-contract-reason", "payment.no_contract_reason",
                  "listed reason of a payment without contract"},
                 {"revises", "payment.revises_payment_id", "payment that this one revises"},
                 {"date", "payment.effective_date", "accounting date, YYYY-MM-DD; default: today",
                  false, false, FlagKind::kToday}},
       .columns = PaymentColumns(),
       .id = "payment_id"},
      {.path = "pay submit-batch",
       .help =
           "Submits up to 1,000 payment requests, given by --json: {\"requests\": …}, each with "
           "a request id of its own. Exit code 10: some were refused.",
       .method = FISCUS_RPC("BatchSubmitPayments"),
       .rows = "results",
       .columns = {{"id", "payment.payment_id"},
                   {"amount", "payment.amount"},
                   {"state", "payment.state"},
                   {"payee", "payment.payee.name"},
                   {"reason", "status.reason"},
                   {"message", "status.message"}},
       .id = "payment.payment_id"},
      {.path = "pay list",
       .help = "Payments in your scope.",
       .method = FISCUS_RPC("ListPayments"),
       .flags = {{"unit", "under_path", "only units at or below this path"},
                 {"project", "project_id", "only this project's: code or id", false, false,
                  FlagKind::kProject},
                 {"state", "state", "only this state, e.g. submitted"}},
       .rows = "payments",
       .columns = PaymentColumns(),
       .id = "payment_id"},
      {.path = "pay get",
       .help = "One payment with its steps.",
       .method = FISCUS_RPC("GetPayment"),
       .flags = {kPaymentArgument},
       .columns = PaymentColumns(),
       .id = "payment_id"},
      Step("pay withdraw", FISCUS_RPC("WithdrawPayment"),
           "Withdraws your request; the reservation is voided.", true),
      {.path = "pay refund",
       .help = "Records money that came back.",
       .method = FISCUS_RPC("RefundPayment"),
       .flags = {kPaymentArgument,
                 {"amount", "amount", "amount that came back", false, true},
                 {"note", "note", "reason"},
                 kDate},
       .columns = PaymentColumns(),
       .id = "payment_id"},
      Step("approve unit", FISCUS_RPC("ApproveByUnit"),
           "Approves a submitted payment for the unit, as another person."),
      Step("approve finance", FISCUS_RPC("ApproveByFinance"),
           "Approves a payment for the finance authority."),
      Step("approve order", FISCUS_RPC("OrderPayment"), "Signs the order; the bank is instructed."),
      Step("approve return", FISCUS_RPC("ReturnPayment"),
           "Returns a payment to its unit; the reservation is voided.", true),
  };
}

}  // namespace fiscus::cli

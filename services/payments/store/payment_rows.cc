#include "services/payments/store/payment_rows.h"

#include <functional>

#include "libs/core/dates.h"

namespace fiscus::payments::store {
namespace {

constexpr char kSeparator = '\x1f';

// "a␟b␟" → {"a", "b"}.
std::vector<std::string> Unpack(const std::string& packed) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end = packed.find(kSeparator); end != std::string::npos;
       end = packed.find(kSeparator, begin)) {
    parts.push_back(packed.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string JoinVouchers(const std::vector<std::string>& vouchers) {
  std::string joined;
  for (const std::string& voucher : vouchers) {
    if (!joined.empty()) joined += kSeparator;
    joined += voucher;
  }
  return joined;
}

std::string DateOrEmpty(const std::optional<absl::CivilDay>& day) {
  return day.has_value() ? FormatDate(*day) : std::string();
}

std::optional<absl::CivilDay> OptionalDate(const pg::Row& row, const char* column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Date(column);
}

// Collects one array parameter per column.
class Columns {
 public:
  explicit Columns(const std::vector<const Payment*>& payments) : payments_(payments) {}

  Columns& Text(const std::function<std::string(const Payment&)>& value) {
    args_.TextArray(Collect(value));
    return *this;
  }
  // Empty text is NULL.
  Columns& Nullable(const std::function<std::string(const Payment&)>& value) {
    args_.TextOrNullArray(Collect(value));
    return *this;
  }
  Columns& Int(const std::function<int64_t(const Payment&)>& value) {
    std::vector<int64_t> values;
    values.reserve(payments_.size());
    for (const Payment* payment : payments_) values.push_back(value(*payment));
    args_.IntArray(values);
    return *this;
  }
  Columns& Given(const std::vector<std::string>& values) {
    args_.TextArray(values);
    return *this;
  }
  pg::Args Take() { return std::move(args_); }

 private:
  std::vector<std::string> Collect(const std::function<std::string(const Payment&)>& value) {
    std::vector<std::string> values;
    values.reserve(payments_.size());
    for (const Payment* payment : payments_) values.push_back(value(*payment));
    return values;
  }

  const std::vector<const Payment*>& payments_;
  pg::Args args_;
};

const Refusal& RefusalOrNone(const Payment& payment) {
  static const Refusal* const kNone = new Refusal();  // NOLINT: never destroyed
  return payment.refusal.has_value() ? *payment.refusal : *kNone;
}

// The columns that change, from `state` to `ledger_attempt`, in the order of both statements.
void AddMutable(Columns& columns) {
  columns.Int([](const Payment& p) { return static_cast<int64_t>(p.state); })
      .Int([](const Payment& p) { return static_cast<int64_t>(p.hold); })
      .Int([](const Payment& p) { return p.version; })
      .Int([](const Payment& p) { return p.steps; })
      .Int([](const Payment& p) { return p.cleared_minor; })
      .Int([](const Payment& p) { return p.refunded_minor; })
      .Int([](const Payment& p) { return p.refunding_minor; })
      .Int([](const Payment& p) { return p.clearing_minor; })
      .Int([](const Payment& p) { return LiveMinor(p); })
      .Nullable([](const Payment& p) { return DateOrEmpty(p.settles_on); })
      .Nullable([](const Payment& p) { return DateOrEmpty(p.ordered_on); })
      .Text([](const Payment& p) { return p.unit_approver; })
      .Text([](const Payment& p) { return p.finance_approver; })
      .Text([](const Payment& p) { return p.signer; })
      .Nullable([](const Payment& p) {
        return p.refusal.has_value() ? std::to_string(static_cast<int>(p.refusal->code))
                                     : std::string();
      })
      .Text([](const Payment& p) { return RefusalOrNone(p).reason; })
      .Text([](const Payment& p) { return RefusalOrNone(p).domain; })
      .Text([](const Payment& p) { return RefusalOrNone(p).message; })
      .Text([](const Payment& p) { return PackFigures(RefusalOrNone(p).figures); })
      .Text([](const Payment& p) { return p.bank_reference; })
      .Text([](const Payment& p) { return p.receipt_no; })
      .Int([](const Payment& p) { return p.ledger_attempt; });
}

Request RequestFrom(const pg::Row& row) {
  return {.payment_id = row.Text("payment_id"),
          .project_id = row.Text("project_id"),
          .contract_id = row.Text("contract_id"),
          .line_id = row.Text("line_id"),
          .unit_path = row.Text("unit_path"),
          .kind = static_cast<Kind>(row.Int("kind")),
          .amount = {.minor = row.Int("amount_minor"), .currency = row.Text("currency")},
          .payee = {.name = row.Text("payee_name"),
                    .account_no = row.Text("payee_account_no"),
                    .bank_code = row.Text("payee_bank_code")},
          .purpose = row.Text("purpose"),
          .vouchers = Unpack(row.Text("vouchers") + kSeparator),
          .no_contract_reason = row.Text("no_contract_reason"),
          .effective_date = row.Date("effective_date"),
          .revises_payment_id = row.Text("revises_payment_id")};
}

}  // namespace

std::string PackFigures(const Figures& figures) {
  std::string packed;
  const auto add = [&packed](std::string text) {
    for (char& c : text) {
      if (c == kSeparator || c == '\0') c = ' ';
    }
    packed += text;
    packed += kSeparator;
  };
  for (const auto& [name, value] : figures) {
    add(name);
    add(value);
  }
  return packed;
}

std::optional<Refusal> RefusalFromRow(const pg::Row& row) {
  if (row.IsNull("refusal_code")) return std::nullopt;
  Refusal refusal{.code = static_cast<absl::StatusCode>(row.Int("refusal_code")),
                  .reason = row.Text("refusal_reason"),
                  .domain = row.Text("refusal_domain"),
                  .message = row.Text("refusal_message")};
  const std::vector<std::string> parts = Unpack(row.Text("refusal_figures"));
  for (size_t i = 0; i + 1 < parts.size(); i += 2) refusal.figures[parts[i]] = parts[i + 1];
  return refusal;
}

Payment PaymentFrom(const pg::Row& row) {
  return {.request = RequestFrom(row),
          .state = static_cast<State>(row.Int("state")),
          .hold = static_cast<Hold>(row.Int("hold")),
          .version = row.Int("version"),
          .steps = row.Int("steps"),
          .cleared_minor = row.Int("cleared_minor"),
          .refunded_minor = row.Int("refunded_minor"),
          .refunding_minor = row.Int("refunding_minor"),
          .clearing_minor = row.Int("clearing_minor"),
          .settles_on = OptionalDate(row, "settles_on"),
          .ledger_attempt = row.Int("ledger_attempt"),
          .ordered_on = OptionalDate(row, "ordered_on"),
          .maker = {.subject = row.Text("maker"), .on_behalf_of = row.Text("maker_for")},
          .unit_approver = row.Text("unit_approver"),
          .finance_approver = row.Text("finance_approver"),
          .signer = row.Text("signer"),
          .refusal = RefusalFromRow(row),
          .bank_reference = row.Text("bank_reference"),
          .receipt_no = row.Text("receipt_no"),
          .expires_at = row.Time("expires_at")};
}

pg::Args InsertArgs(const std::vector<const Payment*>& payments,
                    const std::vector<std::string>& request_ids) {
  Columns columns(payments);
  columns.Text([](const Payment& p) { return p.request.payment_id; })
      .Given(request_ids)
      .Text([](const Payment& p) { return p.request.project_id; })
      .Nullable([](const Payment& p) { return p.request.contract_id; })
      .Text([](const Payment& p) { return p.request.line_id; })
      .Text([](const Payment& p) { return p.request.unit_path; })
      .Int([](const Payment& p) { return static_cast<int64_t>(p.request.kind); })
      .Int([](const Payment& p) { return p.request.amount.minor; })
      .Text([](const Payment& p) { return p.request.amount.currency; })
      .Text([](const Payment& p) { return p.request.payee.name; })
      .Text([](const Payment& p) { return p.request.payee.account_no; })
      .Text([](const Payment& p) { return p.request.payee.bank_code; })
      .Text([](const Payment& p) { return p.request.purpose; })
      .Text([](const Payment& p) { return JoinVouchers(p.request.vouchers); })
      .Text([](const Payment& p) { return p.request.no_contract_reason; })
      .Text([](const Payment& p) { return FormatDate(p.request.effective_date); })
      .Nullable([](const Payment& p) { return p.request.revises_payment_id; })
      .Text([](const Payment& p) { return p.maker.subject; })
      .Text([](const Payment& p) { return p.maker.on_behalf_of; })
      .Text([](const Payment& p) { return FormatTimestamp(p.expires_at); });
  AddMutable(columns);
  return columns.Take();
}

pg::Args UpdateArgs(const std::vector<const Payment*>& payments) {
  Columns columns(payments);
  columns.Text([](const Payment& p) { return p.request.payment_id; });
  AddMutable(columns);
  return columns.Take();
}

}  // namespace fiscus::payments::store

#include "services/payments/codec/bank_codec.h"

#include <algorithm>

#include "libs/core/dates.h"
#include "libs/core/status.h"

namespace fiscus::payments {
namespace {

constexpr size_t kIdBytesMax = 128;
constexpr size_t kTextBytesMax = 200;
constexpr size_t kTenantBytesMax = 63;

// Printable ASCII: what an id may consist of, so that it is stored and compared as it came.
bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Without control characters, cut to kTextBytesMax at the border of a UTF-8 character.
std::string Clean(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') out += c;
  }
  if (out.size() <= kTextBytesMax) return out;
  size_t end = kTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return out.substr(0, end);
}

}  // namespace

absl::StatusOr<BankEvent> ParseBankEvent(const v1::BankEvent& message) {
  std::vector<FieldViolation> violations;
  if (!IsId(message.event_id())) {
    violations.push_back({"event.event_id", "must be 1 to 128 printable ASCII characters"});
  }
  if (!IsId(message.payment_id())) {
    violations.push_back({"event.payment_id", "must be the end-to-end id of an instruction"});
  }
  if (!v1::BankEventKind_IsValid(message.kind()) ||
      message.kind() == v1::BANK_EVENT_KIND_UNSPECIFIED) {
    violations.push_back({"event.kind", "is not a kind of event"});
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return BankEvent{.event_id = message.event_id(),
                   .payment_id = message.payment_id(),
                   .kind = static_cast<BankEventKind>(message.kind()),
                   .amount_minor = message.amount(),
                   .bank_reference = Clean(message.bank_reference()),
                   .bank_code = Clean(message.bank_code()),
                   .code_class = Clean(message.code_class()),
                   .receipt_no = Clean(message.receipt_no()),
                   .value_date = ParseDate(message.value_date())};
}

bool IsTenant(std::string_view text) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > kTenantBytesMax || !alphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '-' || c == '_'; });
}

bank::v1::InstructRequest InstructFor(const Payment& payment, const std::string& tenant) {
  const Request& request = payment.request;
  bank::v1::InstructRequest out;
  out.set_instruction_id(request.payment_id);
  out.set_tenant(tenant);
  out.mutable_amount()->set_minor(request.amount.minor);
  out.mutable_amount()->set_currency(request.amount.currency);
  out.mutable_payee()->set_name(request.payee.name);
  out.mutable_payee()->set_account_no(request.payee.account_no);
  out.mutable_payee()->set_bank_code(request.payee.bank_code);
  out.set_purpose(request.purpose);
  out.set_value_date(FormatDate(payment.ordered_on.value_or(request.effective_date)));
  out.set_revises_instruction_id(request.revises_payment_id);
  return out;
}

}  // namespace fiscus::payments

#include "libs/rpc/parse.h"

#include <algorithm>

#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/core/text.h"

namespace fiscus::rpc {
namespace {

bool IsPlainText(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

}  // namespace

void Fields::Bad(std::string_view field, std::string_view description) {
  violations_.push_back({std::string(field), std::string(description)});
}

void Fields::Check(bool ok, std::string_view field, std::string_view description) {
  if (!ok) Bad(field, description);
}

std::string Fields::Uuid(std::string_view field, const std::string& value) {
  Check(IsUuid(value), field,
        "must be a UUID in lower case, e.g. 01890a5d-ac96-774b-bcce-b302099a8057");
  return value;
}

std::string Fields::OptionalUuid(std::string_view field, const std::string& value) {
  return value.empty() ? value : Uuid(field, value);
}

std::string Fields::Text(std::string_view field, const std::string& value, size_t bytes_min,
                         size_t bytes_max) {
  Check(
      value.size() >= bytes_min && value.size() <= bytes_max, field,
      "must be " + std::to_string(bytes_min) + " to " + std::to_string(bytes_max) + " bytes long");
  // Protobuf has checked the UTF-8 of string fields already.
  Check(IsPlainText(value), field, "must not contain control characters");
  return value;
}

std::string Fields::UnitPath(std::string_view field, const std::string& value) {
  Check(IsUnitPath(value), field, "must be a unit path such as /330000/330100/");
  return value;
}

absl::CivilDay Fields::Date(std::string_view field, const std::string& value) {
  const auto date = ParseDate(value);
  Check(date.has_value(), field, "must be a date YYYY-MM-DD that exists");
  return date.value_or(absl::CivilDay(1970, 1, 1));
}

absl::Time Fields::Timestamp(std::string_view field, const std::string& value) {
  const auto time = ParseTimestamp(value);
  Check(time.has_value(), field, "must be an RFC 3339 time, e.g. 2026-03-01T08:00:00Z");
  return time.value_or(absl::UnixEpoch());
}

Money Fields::Amount(std::string_view field, const type::v1::Money& value) {
  Check(IsCurrency(value.currency()), std::string(field) + ".currency",
        "must be an ISO 4217 code, e.g. CNY");
  return {.minor = value.minor(), .currency = value.currency()};
}

void Fields::BatchSize(std::string_view field, int size, int size_max) {
  Check(size >= 1 && size <= size_max, field,
        "must have 1 to " + std::to_string(size_max) + " items");
}

absl::Status Fields::status() const {
  return violations_.empty() ? absl::OkStatus() : InvalidFields(violations_);
}

}  // namespace fiscus::rpc

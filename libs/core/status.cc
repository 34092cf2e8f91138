#include "libs/core/status.h"

#include <charconv>
#include <utility>

#include "libs/core/text.h"

namespace fiscus {
namespace {

constexpr char kRefusalUrl[] = "fiscus/refusal";
constexpr char kFieldsUrl[] = "fiscus/fields";
constexpr char kRetryUrl[] = "fiscus/retry_after_ms";

// Payloads are lists of length-prefixed strings: "3:abc5:defgh".
std::string Pack(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
  }
  return out;
}

std::vector<std::string> Unpack(std::string_view packed) {
  std::vector<std::string> parts;
  while (!packed.empty()) {
    const size_t colon = packed.find(':');
    size_t length = 0;
    if (colon == std::string_view::npos) return parts;
    std::from_chars(packed.data(), packed.data() + colon, length);
    if (length > packed.size() - colon - 1) return parts;
    parts.emplace_back(packed.substr(colon + 1, length));
    packed.remove_prefix(colon + 1 + length);
  }
  return parts;
}

std::optional<std::vector<std::string>> Payload(const absl::Status& status, const char* url) {
  const auto payload = status.GetPayload(url);
  if (!payload.has_value()) return std::nullopt;
  return Unpack(std::string(*payload));
}

}  // namespace

absl::Status Refuse(absl::StatusCode code, std::string_view reason, std::string_view message,
                    Figures figures, std::string_view domain) {
  absl::Status status(code, ToAbsl(message));
  std::vector<std::string> parts = {std::string(reason), std::string(domain)};
  for (auto& [name, value] : figures) {
    parts.push_back(name);
    parts.push_back(std::move(value));
  }
  status.SetPayload(kRefusalUrl, absl::Cord(Pack(parts)));
  return status;
}

absl::Status InvalidFields(std::vector<FieldViolation> violations) {
  std::string message = "invalid fields:";
  std::vector<std::string> parts;
  for (FieldViolation& violation : violations) {
    message += " " + violation.field + ": " + violation.description + ";";
    parts.push_back(std::move(violation.field));
    parts.push_back(std::move(violation.description));
  }
  message.pop_back();
  absl::Status status =
      Refuse(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", message, {}, kCommonDomain);
  status.SetPayload(kFieldsUrl, absl::Cord(Pack(parts)));
  return status;
}

std::optional<RefusalInfo> RefusalOf(const absl::Status& status) {
  const auto parts = Payload(status, kRefusalUrl);
  if (!parts.has_value() || parts->size() < 2) return std::nullopt;
  RefusalInfo info{.reason = (*parts)[0], .domain = (*parts)[1], .figures = {}};
  for (size_t i = 2; i + 1 < parts->size(); i += 2) info.figures[(*parts)[i]] = (*parts)[i + 1];
  return info;
}

std::vector<FieldViolation> ViolationsOf(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  const auto parts = Payload(status, kFieldsUrl);
  if (!parts.has_value()) return violations;
  for (size_t i = 0; i + 1 < parts->size(); i += 2) {
    violations.push_back({.field = (*parts)[i], .description = (*parts)[i + 1]});
  }
  return violations;
}

absl::Status WithRetryAfter(absl::Status status, int64_t retry_after_ms) {
  status.SetPayload(kRetryUrl, absl::Cord(std::to_string(retry_after_ms)));
  return status;
}

std::optional<int64_t> RetryAfterMsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kRetryUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace fiscus

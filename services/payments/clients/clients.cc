#include "services/payments/clients/clients.h"

#include "libs/core/status.h"

namespace fiscus::payments {

bool IsDecided(const absl::Status& status) {
  // A reused id says nothing about our own command: the one that used the id may hold the money.
  if (!RefusalOf(status).has_value() || HasReason(status, "REQUEST_ID_REUSED")) return false;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return true;
    default:
      // Among them PERMISSION_DENIED and UNAUTHENTICATED: our configuration is wrong, not the
      // payment.
      return false;
  }
}

bool HasReason(const absl::Status& status, std::string_view reason) {
  const std::optional<RefusalInfo> info = RefusalOf(status);
  return info.has_value() && info->reason == reason;
}

}  // namespace fiscus::payments

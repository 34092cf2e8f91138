// Refusals of reads, in the ledger's words. Thread-safe (pure).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/budget/domain/reason.h"

namespace fiscus::budget {

inline absl::Status LineNotFound(const std::string& line_id) {
  return ToStatus({.reason = Reason::kLineNotFound,
                   .message = "there is no budget line " + line_id,
                   .figures = {{"line_id", line_id}}});
}

inline absl::Status ReservationNotFound(const std::string& reservation_id) {
  return ToStatus({.reason = Reason::kReservationNotFound,
                   .message = "there is no reservation " + reservation_id,
                   .figures = {{"reservation_id", reservation_id}}});
}

}  // namespace fiscus::budget

// Errors for people and for programs. Programs get the API's own error JSON (google.rpc.Status), on
// stderr.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace fiscus::cli {

// Message, reason with the figures that decided, malformed fields, when to try again, and what to
// do.
std::string ErrorText(const absl::Status& status);

// {"code":…,"message":…,"details":[…]} on one line.
std::string ErrorJson(const absl::Status& status);

// What a reason means, by the protos' own comments; see gen_reasons.py. Empty for an unknown
// reason.
struct ReasonHelp {
  std::string_view reason;
  std::string_view domain;  // e.g. "fiscus.budget.v1"
  std::string_view text;
};
// All reasons, ordered by reason and domain.
extern const ReasonHelp kReasons[];
extern const unsigned kReasonCount;

}  // namespace fiscus::cli

// Errors: absl::Status inside, with a stable reason and the figures that decided.
//
// An expected refusal is made by `Refuse`; libs/rpc sends it as google.rpc.ErrorInfo{reason,
// domain, metadata}. Reasons are enums in the protos, so they are documented, tested and countable.
// Thread-safe (values only).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define FISCUS_CONCAT_INNER_(a, b) a##b
#define FISCUS_CONCAT_(a, b) FISCUS_CONCAT_INNER_(a, b)
#define RETURN_IF_ERROR(expr)                                           \
  do {                                                                  \
    if (::absl::Status fiscus_status_ = (expr); !fiscus_status_.ok()) { \
      return fiscus_status_;                                            \
    }                                                                   \
  } while (false)
#define ASSIGN_OR_RETURN(lhs, expr) \
  FISCUS_ASSIGN_OR_RETURN_(FISCUS_CONCAT_(fiscus_status_or_, __LINE__), lhs, expr)
#define FISCUS_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return std::move(tmp).status(); \
  lhs = *std::move(tmp)

namespace fiscus {

// The dynamic parts of a message, in ErrorInfo.metadata.
using Figures = std::map<std::string, std::string>;

// Why something was refused, as carried by a Status.
struct RefusalInfo {
  std::string reason;  // stable, UPPER_SNAKE
  std::string domain;  // e.g. "fiscus.budget.v1"; empty: the service that answers
  Figures figures;
};

// A field of a request that is malformed.
struct FieldViolation {
  std::string field;        // dotted path, e.g. "payment.amount.minor"
  std::string description;  // what is wrong and how to mend it
};

// An expected refusal. `reason` is the stable machine-readable name, `message` is for people.
absl::Status Refuse(absl::StatusCode code, std::string_view reason, std::string_view message,
                    Figures figures = {}, std::string_view domain = {});

// INVALID_ARGUMENT with reason FIELD_INVALID and the fields to mend. `violations` must not be
// empty.
absl::Status InvalidFields(std::vector<FieldViolation> violations);

// The refusal that a status carries; nullopt for other errors (a lost connection, a bug).
std::optional<RefusalInfo> RefusalOf(const absl::Status& status);

// The malformed fields that a status carries.
std::vector<FieldViolation> ViolationsOf(const absl::Status& status);

// Adds "wait this long before the next try" (sent as google.rpc.RetryInfo).
absl::Status WithRetryAfter(absl::Status status, int64_t retry_after_ms);
std::optional<int64_t> RetryAfterMsOf(const absl::Status& status);

// Reason and domain shared by all services (see proto/README.md).
inline constexpr std::string_view kCommonDomain = "fiscus.rpc";

}  // namespace fiscus

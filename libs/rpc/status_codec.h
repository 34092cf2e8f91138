// The one error codec, both ways: absl::Status with our payloads ↔ grpc::Status with google.rpc
// details.
//
// Out: a refusal becomes ErrorInfo{reason, domain, metadata}, bad fields BadRequest, what is
// refused because of a state (FAILED_PRECONDITION) PreconditionFailure{type: reason} as well, a
// wait RetryInfo. An error without a reason is ours: INTERNAL with reason INTERNAL_ERROR and a
// correlation id, its text only in the log; UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED and CANCELLED
// keep their code with reason BACKEND_UNAVAILABLE etc. Thread-safe (pure).
#pragma once

#include <grpcpp/support/status.h>

#include <string_view>

#include "absl/status/status.h"
#include "fiscus/type/v1/type.pb.h"

namespace fiscus::rpc {

// `domain` names the answering service, e.g. "fiscus.payments.v1"; used where the refusal names
// none.
grpc::Status ToWire(const absl::Status& status, std::string_view domain,
                    std::string_view correlation_id);

// The peer's error with its refusal, fields and wait restored.
absl::Status FromWire(const grpc::Status& status);

// One item of a batch; equal to what the single call would have answered.
type::v1::ItemStatus ToItem(const absl::Status& status, std::string_view domain);
absl::Status FromItem(const type::v1::ItemStatus& item, std::string_view domain);

}  // namespace fiscus::rpc

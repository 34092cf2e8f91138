#include "libs/rpc/status_codec.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/support/error_details.h>

#include <string>

#include "libs/core/status.h"

namespace fiscus::rpc {
namespace {

// Text for callers where the cause is ours and stays in the log.
struct PublicError {
  absl::StatusCode code;
  const char* reason;
  const char* message;
};

PublicError PublicErrorOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return {code, "BACKEND_UNAVAILABLE",
              "a database or another service does not answer; try again"};
    case absl::StatusCode::kAborted:
      return {absl::StatusCode::kUnavailable, "BACKEND_UNAVAILABLE",
              "too many conflicts; try again"};
    case absl::StatusCode::kDeadlineExceeded:
      return {code, "DEADLINE_EXCEEDED",
              "the time limit passed; the outcome is unknown, repeat with the same request_id"};
    case absl::StatusCode::kCancelled:
      return {code, "CANCELLED", "the caller went away"};
    case absl::StatusCode::kUnimplemented:
      return {code, "UNIMPLEMENTED", "not supported"};
    default:
      return {absl::StatusCode::kInternal, "INTERNAL_ERROR",
              "internal error; quote the correlation id to the operator"};
  }
}

void AddErrorInfo(google::rpc::Status& wire, const RefusalInfo& info, std::string_view domain) {
  google::rpc::ErrorInfo detail;
  detail.set_reason(info.reason);
  detail.set_domain(info.domain.empty() ? std::string(domain) : info.domain);
  for (const auto& [name, value] : info.figures) (*detail.mutable_metadata())[name] = value;
  wire.add_details()->PackFrom(detail);
}

// For clients that know Google's details and not our reasons; the figures stand in ErrorInfo.
void AddPrecondition(google::rpc::Status& wire, const RefusalInfo& info, std::string_view domain) {
  google::rpc::PreconditionFailure detail;
  auto* violation = detail.add_violations();
  violation->set_type(info.reason);
  violation->set_subject(info.domain.empty() ? std::string(domain) : info.domain);
  violation->set_description(wire.message());
  wire.add_details()->PackFrom(detail);
}

RefusalInfo InfoOf(const google::rpc::ErrorInfo& detail) {
  return {.reason = detail.reason(),
          .domain = detail.domain(),
          .figures = {detail.metadata().begin(), detail.metadata().end()}};
}

google::rpc::Status WireOf(const absl::Status& status, std::string_view domain,
                           std::string_view correlation_id) {
  google::rpc::Status wire;
  if (const auto info = RefusalOf(status)) {
    wire.set_code(static_cast<int>(status.code()));
    wire.set_message(std::string(status.message()));
    AddErrorInfo(wire, *info, domain);
    google::rpc::BadRequest fields;
    for (const FieldViolation& violation : ViolationsOf(status)) {
      auto* out = fields.add_field_violations();
      out->set_field(violation.field);
      out->set_description(violation.description);
    }
    if (fields.field_violations_size() > 0) wire.add_details()->PackFrom(fields);
    if (status.code() == absl::StatusCode::kFailedPrecondition)
      AddPrecondition(wire, *info, domain);
  } else {
    const PublicError error = PublicErrorOf(status.code());
    wire.set_code(static_cast<int>(error.code));
    wire.set_message(error.message);
    Figures figures;
    if (!correlation_id.empty()) figures["correlation_id"] = std::string(correlation_id);
    AddErrorInfo(wire,
                 {.reason = error.reason, .domain = std::string(kCommonDomain), .figures = figures},
                 domain);
  }
  if (const auto wait_ms = RetryAfterMsOf(status)) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(*wait_ms / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(*wait_ms % 1000 * 1'000'000));
    wire.add_details()->PackFrom(retry);
  }
  return wire;
}

}  // namespace

grpc::Status ToWire(const absl::Status& status, std::string_view domain,
                    std::string_view correlation_id) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status wire = WireOf(status, domain, correlation_id);
  grpc::Status out;
  const grpc::Status packed = grpc::SetErrorDetails(wire, &out);
  return packed.ok() ? out
                     : grpc::Status(static_cast<grpc::StatusCode>(wire.code()), wire.message());
}

absl::Status FromWire(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  google::rpc::Status wire;
  if (!grpc::ExtractErrorDetails(status, &wire).ok())
    return {code, absl::string_view(status.error_message())};
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest fields;
  google::rpc::RetryInfo retry;
  absl::Status out(code, absl::string_view(status.error_message()));
  for (const auto& detail : wire.details()) {
    if (detail.UnpackTo(&fields)) {
      std::vector<FieldViolation> violations;
      for (const auto& violation : fields.field_violations())
        violations.push_back({violation.field(), violation.description()});
      out = InvalidFields(std::move(violations));
      break;
    }
    // A peer's own trouble stays an error without refusal, so that callers retry it.
    if (detail.UnpackTo(&info) && info.domain() != kCommonDomain) {
      const RefusalInfo refusal = InfoOf(info);
      out = Refuse(code, refusal.reason, status.error_message(), refusal.figures, refusal.domain);
    } else if (detail.Is<google::rpc::ErrorInfo>() && code != absl::StatusCode::kUnavailable &&
               code != absl::StatusCode::kInternal && code != absl::StatusCode::kDeadlineExceeded) {
      const RefusalInfo refusal = InfoOf(info);
      out = Refuse(code, refusal.reason, status.error_message(), refusal.figures, refusal.domain);
    }
  }
  for (const auto& detail : wire.details()) {
    if (detail.UnpackTo(&retry)) {
      out = WithRetryAfter(
          out, retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000);
    }
  }
  return out;
}

type::v1::ItemStatus ToItem(const absl::Status& status, std::string_view domain) {
  type::v1::ItemStatus item;
  if (status.ok()) return item;
  const google::rpc::Status wire = WireOf(status, domain, "");
  item.set_code(wire.code());
  item.set_message(wire.message());
  google::rpc::ErrorInfo info;
  for (const auto& detail : wire.details()) {
    if (!detail.UnpackTo(&info)) continue;
    item.set_reason(info.reason());
    *item.mutable_metadata() = info.metadata();
  }
  return item;
}

absl::Status FromItem(const type::v1::ItemStatus& item, std::string_view domain) {
  if (item.code() == 0) return absl::OkStatus();
  return Refuse(static_cast<absl::StatusCode>(item.code()), item.reason(), item.message(),
                {item.metadata().begin(), item.metadata().end()}, domain);
}

}  // namespace fiscus::rpc

#include "tools/fiscus/cli/errors.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "tools/fiscus/cli/channel.h"
#include "tools/fiscus/cli/exit_code.h"

namespace fiscus::cli {
namespace {

// The error as the API gives it; made here for errors of this program.
google::rpc::Status StatusOf(const absl::Status& status) {
  google::rpc::Status error;
  const auto payload = status.GetPayload(kDetailsUrl);
  if (payload.has_value() && error.ParseFromString(std::string(*payload)) && error.code() != 0)
    return error;
  error.Clear();
  error.set_code(static_cast<int>(status.code()));
  error.set_message(std::string(status.message()));
  if (const auto refusal = RefusalOf(status)) {
    google::rpc::ErrorInfo info;
    info.set_reason(refusal->reason);
    info.set_domain(refusal->domain);
    info.mutable_metadata()->insert(refusal->figures.begin(), refusal->figures.end());
    error.add_details()->PackFrom(info);
  }
  return error;
}

std::string DetailText(const google::protobuf::Any& detail) {
  std::string text;
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  google::rpc::RetryInfo retry;
  if (detail.UnpackTo(&info)) {
    absl::StrAppend(&text, "  reason: ", info.reason(), " (", info.domain(),
                    "; see `fiscus explain ", info.reason(), "`)\n");
    for (const auto& [name, value] : info.metadata())
      absl::StrAppend(&text, "  ", name, ": ", value, "\n");
  } else if (detail.UnpackTo(&bad)) {
    for (const auto& violation : bad.field_violations()) {
      absl::StrAppend(&text, "  ", violation.field(), ": ", violation.description(), "\n");
    }
  } else if (detail.UnpackTo(&retry)) {
    absl::StrAppend(&text, "  try again in ", retry.retry_delay().seconds(), " s\n");
  }
  return text;
}

}  // namespace

std::string ErrorText(const absl::Status& status) {
  const google::rpc::Status error = StatusOf(status);
  std::string text = absl::StrCat(
      "error: ", error.message().empty() ? std::string(status.message()) : error.message(), "\n");
  for (const google::protobuf::Any& detail : error.details()) text += DetailText(detail);
  if (ExitCodeOf(status.code()) == ExitCode::kUnavailable) {
    text += "  The call may be repeated; a write with the same --request-id has its effect once.\n";
  }
  return text;
}

std::string ErrorJson(const absl::Status& status) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const google::rpc::Status error = StatusOf(status);
  if (!google::protobuf::util::MessageToJsonString(error, &json, options).ok()) {
    // A detail of a type that this program does not know must not hide the error.
    google::rpc::Status bare;
    bare.set_code(error.code());
    bare.set_message(error.message());
    json.clear();
    google::protobuf::util::MessageToJsonString(bare, &json, options);
  }
  return json + "\n";
}

}  // namespace fiscus::cli

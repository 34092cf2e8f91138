#include "libs/runtime/common_config.h"

#include <cstdint>
#include <memory>
#include <string_view>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "libs/runtime/process.h"

namespace fiscus {
namespace {

namespace pb = google::protobuf;

struct Range {
  std::string_view message;
  const char* field;
  int64_t least;
  int64_t most;
};

constexpr std::string_view kPackage = "fiscus.config.v1.";
constexpr Range kRanges[] = {
    {"Server", "worker_threads", 1, 256},
    {"Server", "queue_max", 1, 100'000},
    {"Server", "deadline_default_ms", 100, 600'000},
    {"Server", "request_bytes_max", 1'024, 64 << 20},
    {"Server", "drain_ms", 0, 600'000},
    {"Postgres", "pool_size", 0, 1'000},
    {"Postgres", "statement_timeout_ms", 100, 60'000},  // 0 would be none at all
    {"Kafka", "relay_poll_ms", 10, 60'000},
    // 0 would be for ever; and the relay waits within a transaction that PostgreSQL ends at 60 s.
    {"Kafka", "message_timeout_ms", 1'000, 50'000},
    {"Auth", "refresh_ms", 100, 600'000},
    {"Auth", "stale_max_ms", 1'000, 3'600'000},
    {"Auth", "skew_s", 0, 60},
    {"Redis", "timeout_ms", 1, 10'000},
};

int64_t Integer(const pb::Message& part, const char* field) {
  return part.GetReflection()->GetInt32(part, part.GetDescriptor()->FindFieldByName(field));
}

std::string Text(const pb::Message& part, const char* field) {
  return part.GetReflection()->GetString(part, part.GetDescriptor()->FindFieldByName(field));
}

// `name`: of the field that holds the part, e.g. "server".
absl::Status CheckPart(const std::string& name, const pb::Message& part) {
  const std::string type = part.GetDescriptor()->full_name().substr(kPackage.size());
  for (const Range& range : kRanges) {
    if (range.message != type) continue;
    RETURN_IF_ERROR(
        CheckRange(name + "." + range.field, Integer(part, range.field), range.least, range.most));
  }
  log::Severity severity = log::Severity::kInfo;
  if (type == "Server" && !log::ParseSeverity(Text(part, "log_level"), &severity)) {
    return absl::InvalidArgumentError(name + ".log_level must be DEBUG, INFO, WARNING or ERROR");
  }
  if (type == "Auth" && Integer(part, "refresh_ms") >= Integer(part, "stale_max_ms")) {
    return absl::InvalidArgumentError(name + ".refresh_ms must be less than stale_max_ms");
  }
  return absl::OkStatus();
}

// Absent parts are there with their defaults.
void FillParts(pb::Message* message) {
  const pb::Descriptor* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const pb::FieldDescriptor* field = type->field(i);
    if (field->message_type() == nullptr || field->is_repeated()) continue;
    FillParts(message->GetReflection()->MutableMessage(message, field));
  }
}

}  // namespace

absl::Status CheckCommon(const pb::Message& config) {
  const pb::Descriptor* type = config.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const pb::FieldDescriptor* field = type->field(i);
    if (field->message_type() == nullptr || field->is_repeated() ||
        field->message_type()->full_name().substr(0, kPackage.size()) != kPackage)
      continue;
    RETURN_IF_ERROR(CheckPart(field->name(), config.GetReflection()->GetMessage(config, field)));
  }
  return absl::OkStatus();
}

std::string EffectiveConfig(const pb::Message& config) {
  const std::unique_ptr<pb::Message> whole(config.New());
  whole->CopyFrom(config);
  FillParts(whole.get());
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto printed = pb::util::MessageToJsonString(*whole, &json, options);
  return printed.ok() ? json : "{}";
}

}  // namespace fiscus

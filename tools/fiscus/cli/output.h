// Answers on the screen or for programs: table, wide, json, jsonl, yaml, csv, name. JSON is the
// API's own JSON, YAML the same in another notation.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tools/fiscus/cli/command.h"
#include "tools/fiscus/cli/settings.h"

namespace fiscus::cli {

enum class OutputFormat { kTable, kWide, kJson, kJsonLines, kYaml, kCsv, kName };

absl::StatusOr<OutputFormat> ParseOutputFormat(std::string_view name);

// The message as the gateway's REST interface would print it (same options as its transcoder).
std::string ApiJson(const google::protobuf::Message& message, bool pretty);

// One message for programs: YAML if asked for, else JSON, in several lines if asked for by name.
std::string MessageText(const google::protobuf::Message& message, OutputFormat format);

// An answer in a format. `command` names rows and columns; `columns` (dotted paths, may be empty)
// replaces its columns. INVALID_ARGUMENT for a column that does not exist.
absl::StatusOr<std::string> Render(const Command& command, const google::protobuf::Message& answer,
                                   OutputFormat format, const std::string& columns);

}  // namespace fiscus::cli

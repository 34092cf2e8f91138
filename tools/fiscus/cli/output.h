// Answers on the screen or for programs: table, wide, json, jsonl, csv, name. JSON is the API's own
// JSON.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tools/fiscus/cli/command.h"
#include "tools/fiscus/cli/settings.h"

namespace fiscus::cli {

enum class OutputFormat { kTable, kWide, kJson, kJsonLines, kCsv, kName };

absl::StatusOr<OutputFormat> ParseOutputFormat(std::string_view name);

// The message as the gateway's REST interface would print it (same options as its transcoder).
std::string ApiJson(const google::protobuf::Message& message, bool pretty);

// An answer in a format. `command` names rows and columns; `columns` (dotted paths, may be empty)
// replaces its columns. INVALID_ARGUMENT for a column that does not exist.
absl::StatusOr<std::string> Render(const Command& command, const google::protobuf::Message& answer,
                                   OutputFormat format, const std::string& columns);

}  // namespace fiscus::cli

#include "tools/fiscus/cli/output.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/core/status.h"
#include "libs/core/text.h"
#include "tools/fiscus/cli/fields.h"
#include "tools/fiscus/cli/table.h"
#include "tools/fiscus/cli/yaml.h"

namespace fiscus::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The items that a table shows: the elements of the rows field, or the answer itself.
std::vector<const Message*> ItemsOf(const Command& command, const Message& answer) {
  if (command.rows.empty()) return {&answer};
  const FieldDescriptor* field = FindField(answer.GetDescriptor(), command.rows);
  std::vector<const Message*> items;
  for (int i = 0; i < answer.GetReflection()->FieldSize(answer, field); ++i) {
    items.push_back(&answer.GetReflection()->GetRepeatedMessage(answer, field, i));
  }
  return items;
}

const Descriptor* ItemType(const Command& command, const Message& answer) {
  if (command.rows.empty()) return answer.GetDescriptor();
  return FindField(answer.GetDescriptor(), command.rows)->message_type();
}

// The columns asked for, else the command's, else the singular fields of the item.
absl::StatusOr<std::vector<std::string>> ColumnsOf(const Command& command, const Descriptor* type,
                                                   bool wide, const std::string& asked,
                                                   std::vector<TableColumn>& columns) {
  std::vector<std::string> fields;
  const auto add = [&fields, &columns, type](const std::string& heading, const std::string& field) {
    columns.push_back({heading, IsNumeric(type, field)});
    fields.push_back(field);
  };
  if (!asked.empty()) {
    const std::vector<std::string> paths = absl::StrSplit(asked, ',');
    for (const std::string& path : paths) {
      if (FindField(type, path) == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat(type->name(), " has no field '", path, "'"));
      }
      add(path, path);
    }
    return fields;
  }
  for (const Column& column : command.columns) {
    if (!column.wide || wide) add(std::string(column.heading), std::string(column.field));
  }
  if (!fields.empty()) return fields;
  for (int i = 0; i < type->field_count(); ++i) {
    if (!type->field(i)->is_repeated()) add(type->field(i)->name(), type->field(i)->name());
  }
  return fields;
}

std::string Names(const Command& command, const std::vector<const Message*>& items) {
  std::string text;
  for (const Message* item : items)
    absl::StrAppend(&text, FieldText(*item, command.id, ValueStyle::kRaw), "\n");
  return text;
}

}  // namespace

absl::StatusOr<OutputFormat> ParseOutputFormat(std::string_view name) {
  if (name == "table") return OutputFormat::kTable;
  if (name == "wide") return OutputFormat::kWide;
  if (name == "json") return OutputFormat::kJson;
  if (name == "jsonl") return OutputFormat::kJsonLines;
  if (name == "yaml") return OutputFormat::kYaml;
  if (name == "csv") return OutputFormat::kCsv;
  if (name == "name") return OutputFormat::kName;
  return absl::InvalidArgumentError(absl::StrCat(
      "output wants table, wide, json, jsonl, yaml, csv or name, not '", ToAbsl(name), "'"));
}

std::string ApiJson(const Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  options.add_whitespace = pretty;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}\n";
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

std::string MessageText(const Message& message, OutputFormat format) {
  if (format == OutputFormat::kYaml) return YamlOfJson(ApiJson(message, false));
  return ApiJson(message, format == OutputFormat::kJson);
}

absl::StatusOr<std::string> Render(const Command& command, const Message& answer,
                                   OutputFormat format, const std::string& columns_asked) {
  if (format == OutputFormat::kJson || format == OutputFormat::kYaml)
    return MessageText(answer, format);
  const std::vector<const Message*> items = ItemsOf(command, answer);
  if (format == OutputFormat::kJsonLines) {
    std::string lines;
    for (const Message* item : items) lines += ApiJson(*item, false);
    return lines;
  }
  if (format == OutputFormat::kName) return Names(command, items);
  std::vector<TableColumn> columns;
  const Descriptor* type = ItemType(command, answer);
  const bool csv = format == OutputFormat::kCsv;
  ASSIGN_OR_RETURN(const auto fields, ColumnsOf(command, type, csv || format == OutputFormat::kWide,
                                                columns_asked, columns));
  std::vector<std::vector<std::string>> rows;
  for (const Message* item : items) {
    rows.emplace_back();
    for (const std::string& field : fields) {
      rows.back().push_back(FieldText(*item, field, csv ? ValueStyle::kRaw : ValueStyle::kPeople));
    }
  }
  if (csv) {
    for (size_t i = 0; i < fields.size(); ++i) columns[i].heading = fields[i];
    return RenderCsv(columns, rows);
  }
  return command.rows.empty() ? RenderCard(columns, rows.front()) : RenderTable(columns, rows);
}

}  // namespace fiscus::cli

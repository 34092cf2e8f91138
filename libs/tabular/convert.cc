#include "libs/tabular/convert.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/tabular/dates.h"

namespace fiscus::tabular {
namespace {

namespace pb = imports::v1;

constexpr int64_t kTextCharactersMax = 2000;

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  });
}

// Characters, not bytes: continuation bytes of UTF-8 do not count.
int64_t Characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

std::optional<Problem> ConvertNumber(const PlannedField& field, const std::string& text, bool plain,
                                     Value& value) {
  auto decimal = plain ? ParsePlainDecimal(text) : ParseDecimal(text, field.style);
  if (!decimal.ok()) return Problem{"NOT_A_NUMBER", std::string(decimal.status().message())};
  if (plain) decimal = AsSpreadsheetShows(*decimal, field.scale);
  if (!decimal.ok()) return Problem{"TOO_PRECISE", std::string(decimal.status().message())};
  const auto number = ToScaled(*decimal, field.scale, field.rounding);
  if (!number.ok()) {
    return Problem{absl::IsOutOfRange(number.status()) ? "OUT_OF_RANGE" : "TOO_PRECISE",
                   std::string(number.status().message())};
  }
  const pb::Field& spec = *field.spec;
  if (spec.bounded() && (*number < spec.value_min() || *number > spec.value_max())) {
    return Problem{"OUT_OF_RANGE", absl::StrCat("wants ", spec.value_min(), " to ",
                                                spec.value_max(), ", is ", *number)};
  }
  value.number = *number;
  return std::nullopt;
}

std::optional<Problem> ConvertDate(const ConvertContext& context, bool is_number, Value& value) {
  for (const std::string& format : context.plan.profile.date_format()) {
    const bool serial = format == "SERIAL";
    // A number cell is a day number and nothing else: "20160331" must not be tried by a pattern.
    if (is_number && !serial && context.plan.sheet.format == FileFormat::kXlsx) continue;
    const auto date =
        serial ? ParseSerialDate(value.text, context.dates_1904) : ParseDate(value.text, format);
    if (!date.has_value()) continue;
    value.text = *date;
    return std::nullopt;
  }
  return Problem{
      "NOT_A_DATE",
      absl::StrCat("wants a date as ", absl::StrJoin(context.plan.profile.date_format(), " or "))};
}

std::optional<Problem> ConvertName(const ConvertContext& context, const pb::Field& spec,
                                   Value& value) {
  const auto book = context.names.find(spec.folding());
  const auto name = book->second.Resolve(value.text);
  if (!name.ok()) return Problem{"UNKNOWN_NAME", std::string(name.status().message())};
  value.text = name->canonical;
  value.key = name->key;
  return std::nullopt;
}

std::optional<Problem> ConvertText(const pb::Field& spec, Value& value) {
  const auto replacement = spec.replace().find(value.text);
  if (replacement != spec.replace().end()) value.text = replacement->second;
  const int64_t length_max = spec.length_max() == 0 ? kTextCharactersMax : spec.length_max();
  if (Characters(value.text) <= length_max) return std::nullopt;
  return Problem{"TOO_LONG", absl::StrCat("has more than ", length_max, " characters")};
}

}  // namespace

std::optional<Problem> Convert(const ConvertContext& context, const PlannedField& field,
                               const Cell* cell, Value& value) {
  const pb::Field& spec = *field.spec;
  const bool constant = spec.from_case() == pb::Field::kConstant;
  if (!constant && cell != nullptr && cell->kind == CellKind::kError) {
    return Problem{"SHEET_ERROR", "the sheet itself shows an error here"};
  }
  value = Value{};
  value.text = constant ? spec.constant() : cell != nullptr ? Trimmed(cell->text) : "";
  const auto& absent = context.plan.profile.absent();
  bool given = !constant && cell != nullptr;
  if (std::find(absent.begin(), absent.end(), value.text) != absent.end()) value.text.clear();
  if (value.text.empty()) {
    value.text = spec.default_value();
    given = false;
  }
  if (value.text.empty()) {
    return spec.required() ? std::optional(Problem{"REQUIRED", "a value is required"})
                           : std::nullopt;
  }
  if (HasControlCharacter(value.text))
    return Problem{"CONTROL_CHARACTER", "holds a control character"};
  value.present = true;
  const bool is_number = given && cell->kind == CellKind::kNumber;
  switch (spec.type()) {
    case pb::FIELD_TYPE_MONEY:
    case pb::FIELD_TYPE_PERCENT:
    case pb::FIELD_TYPE_INTEGER:
      return ConvertNumber(field, value.text, is_number || !given, value);
    case pb::FIELD_TYPE_DATE:
      return ConvertDate(context, is_number, value);
    case pb::FIELD_TYPE_NAME:
      return ConvertName(context, spec, value);
    default:
      return ConvertText(spec, value);
  }
}

}  // namespace fiscus::tabular

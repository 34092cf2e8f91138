#include "libs/pg/rows.h"

#include <cstdlib>

#include "libs/core/dates.h"
#include "libs/core/text.h"
#include "libs/pg/connection.h"
#include "libs/runtime/log.h"

namespace fiscus::pg {
namespace {

[[noreturn]] void Misread(const char* column, const char* what) {
  log::Error("a column was misread", {{"column", column}, {"what", what}});
  std::abort();
}

std::string Quote(const std::string& value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string BytesText(std::string_view bytes) { return "\\x" + Hex(bytes); }

template <class Values, class Format>
std::string ArrayText(const Values& values, Format format) {
  std::string out = "{";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    out += format(value);
  }
  return out + "}";
}

}  // namespace

Args& Args::Text(std::string_view value) {
  values_.emplace_back(std::string(value));
  return *this;
}
Args& Args::Int(int64_t value) {
  values_.emplace_back(std::to_string(value));
  return *this;
}
Args& Args::Bool(bool value) {
  values_.emplace_back(value ? "t" : "f");
  return *this;
}
Args& Args::Bytes(std::string_view value) {
  values_.emplace_back(BytesText(value));
  return *this;
}
Args& Args::Time(absl::Time value) {
  values_.emplace_back(FormatTimestamp(value));
  return *this;
}
Args& Args::Date(absl::CivilDay value) {
  values_.emplace_back(FormatDate(value));
  return *this;
}
Args& Args::Null() {
  values_.emplace_back(std::nullopt);
  return *this;
}
Args& Args::TextOrNull(std::string_view value) { return value.empty() ? Null() : Text(value); }
Args& Args::IntOrNull(std::optional<int64_t> value) {
  return value.has_value() ? Int(*value) : Null();
}
Args& Args::TimeOrNull(std::optional<absl::Time> value) {
  return value.has_value() ? Time(*value) : Null();
}
Args& Args::TextArray(const std::vector<std::string>& values) {
  values_.emplace_back(ArrayText(values, Quote));
  return *this;
}
Args& Args::TextOrNullArray(const std::vector<std::string>& values) {
  values_.emplace_back(
      ArrayText(values, [](const std::string& v) { return v.empty() ? "NULL" : Quote(v); }));
  return *this;
}
Args& Args::IntArray(const std::vector<int64_t>& values) {
  values_.emplace_back(ArrayText(values, [](int64_t v) { return std::to_string(v); }));
  return *this;
}
Args& Args::BytesArray(const std::vector<std::string>& values) {
  values_.emplace_back(ArrayText(values, [](const std::string& v) { return Quote(BytesText(v)); }));
  return *this;
}

bool Row::IsNull(const char* column) const { return rows_->At(index_, column).is_null(); }

std::string Row::Text(const char* column) const {
  const pqxx::field field = rows_->At(index_, column);
  return field.is_null() ? "" : std::string(field.c_str(), field.size());
}

int64_t Row::Int(const char* column) const {
  const pqxx::field field = rows_->At(index_, column);
  if (field.is_null()) Misread(column, "NULL read as a number");
  return field.as<int64_t>();
}

bool Row::Bool(const char* column) const {
  const pqxx::field field = rows_->At(index_, column);
  if (field.is_null()) Misread(column, "NULL read as a truth value");
  return field.as<bool>();
}

std::string Row::Bytes(const char* column) const {
  const pqxx::field field = rows_->At(index_, column);
  if (field.is_null()) return "";
  const pqxx::binarystring bytes(field);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

absl::Time Row::Time(const char* column) const {
  // Connections use time zone UTC and ISO dates: "2026-03-01 08:00:00.123456+00".
  std::string text = Text(column);
  const size_t space = text.find(' ');
  if (space != std::string::npos) text[space] = 'T';
  const auto time =
      ParseTimestamp(text.size() > 3 && text[text.size() - 3] == '+' ? text + ":00" : text);
  if (!time.has_value()) Misread(column, "not a time");
  return *time;
}

absl::CivilDay Row::Date(const char* column) const {
  const auto date = ParseDate(Text(column));
  if (!date.has_value()) Misread(column, "not a date");
  return *date;
}

Rows::Rows(std::shared_ptr<const RowsImpl> impl) : impl_(std::move(impl)) {}
int Rows::size() const { return static_cast<int>(impl_->result().size()); }
int64_t Rows::affected() const { return static_cast<int64_t>(impl_->result().affected_rows()); }

}  // namespace fiscus::pg

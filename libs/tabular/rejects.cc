#include "libs/tabular/rejects.h"

#include "absl/strings/str_cat.h"

#include "libs/tabular/decimal.h"

namespace fiscus::tabular {
namespace {

// A foreign cell must not become a formula in the spreadsheet of the person who mends the file.
std::string Harmless(const std::string& text) {
  constexpr std::string_view kStarts = "=+-@\t\r";
  if (text.empty() || kStarts.find(text.front()) == std::string_view::npos) return text;
  return ParsePlainDecimal(text).ok() ? text : "'" + text;
}

}  // namespace

std::string CsvCell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string RejectedHeader(const std::vector<std::string>& headings) {
  std::string line;
  for (const std::string& heading : headings)
    absl::StrAppend(&line, CsvCell(Harmless(heading)), ",");
  return line + "row,reason,message\r\n";
}

std::string RejectedLine(const Row& row, size_t columns, const imports::v1::RejectedRow& rejected) {
  std::string line;
  for (size_t column = 0; column < columns; ++column) {
    const Cell* cell = row.Find(static_cast<int>(column));
    absl::StrAppend(&line, cell == nullptr ? "" : CsvCell(Harmless(cell->text)), ",");
  }
  std::string reasons;
  std::string messages;
  for (const imports::v1::CellError& error : rejected.error()) {
    const char* separator = reasons.empty() ? "" : "; ";
    absl::StrAppend(&reasons, separator, error.reason());
    absl::StrAppend(&messages, separator, error.cell(), ": ", error.message());
  }
  return absl::StrCat(line, row.number, ",", CsvCell(reasons), ",", CsvCell(Harmless(messages)),
                      "\r\n");
}

}  // namespace fiscus::tabular

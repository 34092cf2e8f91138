#include "libs/tabular/xlsx_reader.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/core/status.h"
#include "libs/tabular/archive.h"
#include "libs/tabular/xlsx_package.h"
#include "libs/tabular/xml.h"

namespace fiscus::tabular {
namespace {

bool ParseIndex(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

// <sheetData><row r="12"><c r="C12" t="s"><f>…</f><v>7</v></c>…: a formula counts by its cached
// value <v>. Rows and cells may leave their references out; then they follow the one before.
class SheetHandler : public XmlHandler {
 public:
  SheetHandler(const std::vector<std::string>& strings, const Limits& limits, RowHandler& rows)
      : strings_(strings), limits_(limits), rows_(rows) {}

  absl::Status OnStart(std::string_view name, const XmlAttributes& attributes) override {
    if (name == "row") return StartRow(attributes.Get("r"));
    if (name == "c") return StartCell(attributes);
    if (name == "rPh") in_phonetic_ = true;
    in_value_ = in_cell_ && !in_phonetic_ && (name == "v" || (name == "t" && type_ == "inlineStr"));
    return absl::OkStatus();
  }

  absl::Status OnEnd(std::string_view name) override {
    in_value_ = false;
    if (name == "rPh") in_phonetic_ = false;
    if (name == "c") return EndCell();
    if (name == "row") return rows_.OnRow(row_);
    return absl::OkStatus();
  }

  absl::Status OnText(std::string_view text) override {
    if (!in_value_) return absl::OkStatus();
    cell_.text += text;
    if (static_cast<int64_t>(cell_.text.size()) <= limits_.cell_bytes_max) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat("cell ", CellRef(row_.number, cell_.column),
                                                     " has more than ", limits_.cell_bytes_max,
                                                     " bytes"));
  }

 private:
  absl::Status StartRow(std::string_view reference) {
    int64_t number = row_.number + 1;
    if (!reference.empty() && (!ParseIndex(reference, number) || number <= row_.number)) {
      return absl::InvalidArgumentError(
          absl::StrCat("row '", std::string(reference), "' follows row ", row_.number));
    }
    if (number > limits_.rows_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the sheet has more than ", limits_.rows_max, " rows"));
    }
    row_.number = number;
    row_.cells.clear();
    row_bytes_ = 0;
    next_column_ = 0;
    return absl::OkStatus();
  }

  absl::Status StartCell(const XmlAttributes& attributes) {
    const std::string_view reference = attributes.Get("r");
    int column = next_column_;
    if (!reference.empty()) {
      const size_t digits = reference.find_first_of("0123456789");
      const auto named = ParseColumnName(reference.substr(0, std::min(digits, reference.size())));
      if (!named.has_value() || *named < next_column_) {
        return absl::InvalidArgumentError(absl::StrCat("row ", row_.number, " has a cell '",
                                                       std::string(reference), "' out of order"));
      }
      column = *named;
    }
    if (column >= limits_.columns_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("row ", row_.number, " has more than ", limits_.columns_max, " columns"));
    }
    next_column_ = column + 1;
    cell_ = {column, CellKind::kText, {}};
    type_ = attributes.Get("t");
    in_cell_ = true;
    return absl::OkStatus();
  }

  absl::Status EndCell() {
    in_cell_ = false;
    if (cell_.text.empty()) return absl::OkStatus();
    if (type_ == "s") {
      int64_t index = 0;
      if (!ParseIndex(cell_.text, index) || index >= static_cast<int64_t>(strings_.size())) {
        return absl::InvalidArgumentError(
            absl::StrCat("cell ", CellRef(row_.number, cell_.column),
                         " refers to a shared string that does not exist"));
      }
      cell_.text = strings_[static_cast<size_t>(index)];
      if (cell_.text.empty()) return absl::OkStatus();
    } else if (type_ == "b") {
      cell_.kind = CellKind::kBool;
      cell_.text = cell_.text == "1" ? "true" : "false";
    } else if (type_ == "e") {
      cell_.kind = CellKind::kError;
    } else if (type_.empty() || type_ == "n") {
      cell_.kind = CellKind::kNumber;
    }
    // A few bytes of a reference copy a whole shared string, as often as the row has columns.
    row_bytes_ += static_cast<int64_t>(cell_.text.size());
    if (row_bytes_ > limits_.row_bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("row ", row_.number, " has more than ", limits_.row_bytes_max, " bytes"));
    }
    row_.cells.push_back(std::move(cell_));
    return absl::OkStatus();
  }

  const std::vector<std::string>& strings_;
  const Limits& limits_;
  RowHandler& rows_;
  Row row_;
  Cell cell_;
  std::string type_;  // "" or n: number, s: shared string, str: formula's text, inlineStr, b, e, d:
                      // ISO date
  int next_column_ = 0;
  int64_t row_bytes_ = 0;
  bool in_cell_ = false;
  bool in_value_ = false;
  bool in_phonetic_ = false;
};

}  // namespace

absl::Status ReadXlsx(std::string_view bytes, const SheetOptions& options, RowHandler& handler) {
  ASSIGN_OR_RETURN(Archive archive, Archive::Open(bytes, options.limits));
  ASSIGN_OR_RETURN(const XlsxPackage package,
                   OpenXlsxPackage(archive, options.sheet, options.limits));
  if (package.dates_1904) handler.OnDates1904();
  SheetHandler sheet(package.strings, options.limits, handler);
  return ParsePart(archive, package.sheet_part, options.limits, sheet);
}

}  // namespace fiscus::tabular

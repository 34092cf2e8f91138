#include "libs/tabular/csv_reader.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/core/status.h"
#include "libs/tabular/encoding.h"

namespace fiscus::tabular {
namespace {

// RFC 4180 with any delimiter and quote, and any of the three line ends. A machine fed byte by
// byte: delimiter and quote are ASCII, which UTF-8 never uses inside a character.
class CsvMachine {
 public:
  CsvMachine(const SheetOptions& options, RowHandler& handler)
      : options_(options), handler_(handler) {}

  absl::Status Feed(std::string_view text) {
    for (const char c : text) {
      RETURN_IF_ERROR(Take(c));
    }
    return absl::OkStatus();
  }

  absl::Status Finish() {
    if (state_ == State::kQuoted) {
      return absl::InvalidArgumentError(
          absl::StrCat("row ", row_.number + 1, ": a quoted cell does not end"));
    }
    const bool line_open =
        !text_.empty() || !row_.cells.empty() || column_ > 0 || state_ != State::kStart;
    return line_open ? EndRow() : absl::OkStatus();
  }

 private:
  // kQuoteSeen: a quote inside a quoted cell, which either ends it or is the first half of a
  // doubled one.
  enum class State { kStart, kPlain, kQuoted, kQuoteSeen };

  absl::Status Take(char c) {
    if (c == '\0') {
      return absl::InvalidArgumentError(
          absl::StrCat("row ", row_.number + 1, " holds a NUL character"));
    }
    const bool after_return = std::exchange(after_return_, false);
    if (state_ == State::kQuoted) return TakeQuoted(c);
    if (state_ == State::kQuoteSeen && c == options_.quote) {
      state_ = State::kQuoted;
      return Append(c);
    }
    if (c == '\n' && after_return) return absl::OkStatus();  // second half of \r\n
    if (c == options_.delimiter) return EndCell();
    if (c == '\n' || c == '\r') {
      after_return_ = c == '\r';
      return EndRow();
    }
    if (state_ == State::kQuoteSeen) {
      return absl::InvalidArgumentError(absl::StrCat("row ", row_.number + 1, ", column ",
                                                     ColumnName(column_),
                                                     ": text follows the closing quote"));
    }
    if (state_ == State::kStart && c == options_.quote) {
      state_ = State::kQuoted;
      return absl::OkStatus();
    }
    state_ = State::kPlain;
    return Append(c);
  }

  absl::Status TakeQuoted(char c) {
    if (c != options_.quote) return Append(c);
    state_ = State::kQuoteSeen;
    return absl::OkStatus();
  }

  absl::Status Append(char c) {
    text_ += c;
    if (static_cast<int64_t>(text_.size()) <= options_.limits.cell_bytes_max)
      return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("row ", row_.number + 1, ", column ", ColumnName(column_),
                     ": the cell has more than ", options_.limits.cell_bytes_max, " bytes"));
  }

  absl::Status EndCell() {
    if (!text_.empty()) row_.cells.push_back({column_, CellKind::kText, std::exchange(text_, {})});
    state_ = State::kStart;
    if (++column_ <= options_.limits.columns_max) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat("row ", row_.number + 1, " has more than ",
                                                     options_.limits.columns_max, " columns"));
  }

  absl::Status EndRow() {
    RETURN_IF_ERROR(EndCell());
    ++row_.number;
    if (row_.number > options_.limits.rows_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the file has more than ", options_.limits.rows_max, " rows"));
    }
    absl::Status status = handler_.OnRow(row_);
    row_.cells.clear();
    column_ = 0;
    return status;
  }

  const SheetOptions& options_;
  RowHandler& handler_;
  State state_ = State::kStart;
  bool after_return_ = false;
  int column_ = 0;
  std::string text_;
  Row row_;  // number: rows completed so far
};

}  // namespace

absl::Status ReadCsv(std::string_view bytes, const SheetOptions& options, RowHandler& handler) {
  CsvMachine machine(options, handler);
  absl::Status status = DecodeText(
      bytes, options.encoding, [&machine](std::string_view text) { return machine.Feed(text); });
  return status.ok() ? machine.Finish() : status;
}

}  // namespace fiscus::tabular

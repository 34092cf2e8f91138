#include "libs/tabular/mapper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/tabular/record_builder.h"

namespace fiscus::tabular {
namespace {

namespace pb = imports::v1;

constexpr size_t kShownBytes = 200;

// At most kShownBytes, not cutting a character.
std::string Shown(const std::string& text) {
  size_t size = std::min(text.size(), kShownBytes);
  while (size > 0 && size < text.size() && (text[size] & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

void Put(std::vector<std::string>& texts, int column, std::string text) {
  if (static_cast<int>(texts.size()) <= column) texts.resize(static_cast<size_t>(column) + 1);
  texts[static_cast<size_t>(column)] = std::move(text);
}

}  // namespace

Mapper::Mapper(const Plan& plan, std::string tenant) : plan_(plan), tenant_(std::move(tenant)) {
  for (const pb::Folding& folding : plan.profile.folding()) {
    names_.emplace(folding.name(), *NameBook::Make(folding));  // checked by MakePlan
  }
}

absl::Status Mapper::SetHeadings(const std::vector<Row>& header_rows) {
  int width = 0;
  for (const Row& row : header_rows) {
    if (!row.cells.empty()) width = std::max(width, row.cells.back().column + 1);
  }
  for (size_t i = 0; i < header_rows.size(); ++i) {
    const bool last = i + 1 == header_rows.size();
    std::string group;
    for (int column = 0; column < width; ++column) {
      const Cell* cell = header_rows[i].Find(column);
      std::string text = cell == nullptr ? "" : Trimmed(cell->text);
      if (!last && plan_.profile.input().spread_headings()) {
        if (text.empty()) text = group;
        group = text;
      }
      if (last) Put(last_headings_, column, text);
      const bool known = column < static_cast<int>(headings_.size()) && !headings_[column].empty();
      if (known && !text.empty()) text = absl::StrCat(headings_[column], " / ", text);
      if (!text.empty()) Put(headings_, column, text);
    }
  }
  headings_.resize(static_cast<size_t>(width));
  std::vector<std::string> problems;
  for (const PlannedField& field : plan_.fields) {
    const bool by_heading = field.spec->from_case() == pb::Field::kHeading;
    columns_.push_back(by_heading ? FindColumn(field.spec->heading(), problems)
                                  : field.fixed_column);
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the file does not fit the profile ", plan_.profile.name(), ": ",
      absl::StrJoin(problems, "; "), ". Its headings: ", absl::StrJoin(headings_, " | ")));
}

// The joined heading decides; its last part does where it is unique.
int Mapper::FindColumn(const std::string& heading, std::vector<std::string>& problems) const {
  const std::string wanted = FoldHeading(heading);
  for (const auto* texts : {&headings_, &last_headings_}) {
    std::vector<int> found;
    for (size_t column = 0; column < texts->size(); ++column) {
      if (FoldHeading((*texts)[column]) == wanted) found.push_back(static_cast<int>(column));
    }
    if (found.size() == 1) return found.front();
    if (found.size() > 1) {
      problems.push_back(
          absl::StrCat("the heading '", heading, "' stands over ", found.size(), " columns"));
      return -1;
    }
  }
  problems.push_back(absl::StrCat("no column has the heading '", heading, "'"));
  return -1;
}

bool Mapper::Holds(const PlannedRule& rule, const std::vector<Value>& values) const {
  const auto absent = [&values](int field) { return !values[static_cast<size_t>(field)].present; };
  if (!std::all_of(rule.all_absent.begin(), rule.all_absent.end(), absent)) return false;
  if (!rule.any_absent.empty() &&
      std::none_of(rule.any_absent.begin(), rule.any_absent.end(), absent)) {
    return false;
  }
  if (rule.field < 0) return true;
  const auto& wanted = rule.spec->is();
  return std::find(wanted.begin(), wanted.end(), values[static_cast<size_t>(rule.field)].text) !=
         wanted.end();
}

pb::CellError Mapper::ErrorAt(const Row& row, int column, const Problem& problem) const {
  pb::CellError error;
  error.set_row(row.number);
  error.set_cell(absl::StrCat(row.number));
  if (column >= 0) {
    const bool headed = column < static_cast<int>(headings_.size());
    error.set_column(headed ? headings_[static_cast<size_t>(column)] : ColumnName(column));
    const bool json = plan_.sheet.format == FileFormat::kJson;
    error.set_cell(json ? absl::StrCat("[", row.number - 1, "].", error.column())
                        : CellRef(row.number, column));
    if (const Cell* cell = row.Find(column)) error.set_value(Shown(cell->text));
  }
  error.set_reason(problem.reason);
  error.set_message(problem.message);
  return error;
}

std::string Mapper::KeyOf(const std::vector<Value>& values) const {
  return plan_.At("key").Render([&values](const Template::Piece& piece) {
    const Value& value = values[static_cast<size_t>(piece.field)];
    return piece.key ? value.key : value.text;
  });
}

MappedRow Mapper::Map(const Row& row) {
  MappedRow result;
  if (row.Blank()) return result;
  std::vector<Value> values(plan_.fields.size());
  const ConvertContext context{plan_, names_, dates_1904_};
  for (size_t i = 0; i < plan_.fields.size(); ++i) {
    const Cell* cell = columns_[i] < 0 ? nullptr : row.Find(columns_[i]);
    const auto problem = Convert(context, plan_.fields[i], cell, values[i]);
    if (!problem.has_value()) continue;
    // A cell in error is not absent: a row rule must not take an unreadable amount for a missing
    // one.
    if (problem->reason != "REQUIRED") values[i].present = true;
    *result.rejected.add_error() = ErrorAt(row, columns_[i], *problem);
  }
  result.rejected.set_row(row.number);
  result.rejected.set_key(KeyOf(values));
  for (const PlannedRule& rule : plan_.rules) {
    if (!Holds(rule, values)) continue;
    if (rule.spec->action() == pb::ROW_ACTION_IGNORE) return result;
    // The rule says more than the single cells do.
    result.rejected.clear_error();
    *result.rejected.add_error() = ErrorAt(row, -1, {rule.spec->reason(), rule.spec->message()});
    break;
  }
  result.outcome = MappedRow::Outcome::kRejected;
  if (!result.rejected.error().empty()) return result;
  if (const auto [first, added] = seen_.emplace(result.rejected.key(), row.number); !added) {
    *result.rejected.add_error() = ErrorAt(
        row, -1, {"DUPLICATE_KEY", absl::StrCat("row ", first->second, " has the same key")});
    return result;
  }
  if (const auto problem =
          BuildRecord(plan_, tenant_, result.rejected.key(), values, result.record)) {
    const int column = problem->field < 0 ? -1 : columns_[static_cast<size_t>(problem->field)];
    *result.rejected.add_error() = ErrorAt(row, column, *problem);
    return result;
  }
  result.record.set_row(row.number);
  result.outcome = MappedRow::Outcome::kTaken;
  return result;
}

}  // namespace fiscus::tabular

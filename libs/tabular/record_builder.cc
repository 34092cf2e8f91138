#include "libs/tabular/record_builder.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/core/ids.h"
#include "libs/tabular/dates.h"
#include "libs/tabular/increment.h"

namespace fiscus::tabular {
namespace {

namespace pb = imports::v1;

// Builds one record; the first problem wins.
class Builder {
 public:
  Builder(const Plan& plan, const std::string& tenant, const std::string& key,
          const std::vector<Value>& values, pb::Record& record)
      : plan_(plan), tenant_(tenant), key_(key), values_(values), record_(record) {}

  std::optional<Problem> Build() {
    record_.set_key(Mandatory(key_, "key"));
    const pb::Output& output = plan_.profile.output();
    if (output.has_unit()) {
      record_.mutable_unit()->set_segment(Mandatory(Text("unit.segment"), "unit.segment"));
      record_.mutable_unit()->set_name(Mandatory(Text("unit.name"), "unit.name"));
    }
    if (output.has_project()) Project(output.project());
    if (output.has_line()) Line();
    if (plan_.percent >= 0 && At(plan_.percent).present) Measurement();
    record_.set_reported_on(ReportedOn());
    return problem_;
  }

 private:
  const Value& At(int field) const { return values_[static_cast<size_t>(field)]; }

  void Wrong(Problem problem) {
    if (!problem_.has_value()) problem_ = std::move(problem);
  }

  std::string Render(const Template& text) const {
    return text.Render([this](const Template::Piece& piece) {
      return piece.key ? At(piece.field).key : At(piece.field).text;
    });
  }

  std::string Text(std::string_view name) const { return Render(plan_.At(name)); }

  std::string Mandatory(std::string text, std::string_view name) {
    if (text.empty()) Wrong({"BAD_OUTPUT", absl::StrCat("the row gives no ", std::string(name))});
    return text;
  }

  // A date; the empty text only where it may be.
  std::string Date(std::string text, std::string_view name, bool mandatory) {
    if ((mandatory || !text.empty()) && !IsCivilDate(text)) {
      Wrong({"BAD_OUTPUT", absl::StrCat(std::string(name), " is no date: '", text, "'")});
    }
    return text;
  }

  std::string Id(std::string_view kind, std::string_view more = "") const {
    // U+001F parts the names: no cell may hold it, so no two lists of parts give one name.
    const std::vector<std::string> parts = {tenant_, plan_.profile.namespace_(), std::string(kind),
                                            key_, std::string(more)};
    return NamedUuid("fiscus.imports", absl::StrJoin(parts, "\x1f"));
  }

  // A field that stands for an amount by itself; negative, it would vanish among differences.
  void WantNoNegative(int field) {
    if (At(field).number >= 0) return;
    Wrong({"NEGATIVE_AMOUNT",
           absl::StrCat("a negative amount (", At(field).number, ") is not taken here"), field});
  }

  // The day of the progress, else that of the latest operation.
  std::string ReportedOn() const {
    std::string day = record_.measurement().date();
    for (const pb::OperationRecord& operation : record_.operation()) {
      if (!record_.has_measurement()) day = std::max(day, operation.effective_date());
    }
    return day;
  }

  void Project(const pb::ProjectOutput& spec) {
    pb::ProjectRecord& project = *record_.mutable_project();
    project.set_id(Id("project"));
    project.set_code(Mandatory(Text("project.code"), "project.code"));
    project.set_name(Mandatory(Text("project.name"), "project.name"));
    project.set_sector(Text("project.sector"));
    project.set_planned_start(Date(Text("project.planned_start"), "project.planned_start", false));
    project.set_planned_end(Date(Text("project.planned_end"), "project.planned_end", false));
    project.set_key_project(spec.key_project());
    project.mutable_investment()->set_currency(Text("project.currency"));
    for (const int field : plan_.investment) {
      WantNoNegative(field);
      if (At(field).number <= 0) continue;
      project.mutable_investment()->set_minor(At(field).number);
      break;
    }
  }

  // A line about which the row says nothing would be an empty shell: the row then has none.
  void Line() {
    const std::string year = Text("line.fiscal_year");
    const std::string line_id = Id("line", year);
    for (size_t i = 0; i < plan_.operations.size(); ++i) Operation(i, line_id);
    if (record_.operation().empty()) return;
    pb::LineRecord& line = *record_.mutable_line();
    line.set_id(line_id);
    line.set_code(Mandatory(Text("line.code"), "line.code"));
    line.set_currency(Text("line.currency"));
    line.set_fund_nature(Text("line.fund_nature"));
    line.set_function_class(Text("line.function_class"));
    line.set_economic_class(Text("line.economic_class"));
    int32_t number = 0;
    if (!absl::SimpleAtoi(year, &number) || number < 1900 || number > 9999) {
      Wrong({"BAD_OUTPUT", absl::StrCat("line.fiscal_year is no year: '", year, "'")});
    }
    line.set_fiscal_year(number);
  }

  void Operation(size_t place, const std::string& line_id) {
    const PlannedOperation& planned = plan_.operations[place];
    if (!Stated(planned)) return;
    if (planned.only_if_zero >= 0 && At(planned.only_if_zero).number != 0) return;
    if (planned.unless_zero >= 0 && At(planned.unless_zero).number == 0) return;
    const int64_t amount = Difference(planned);
    const std::string date = Render(planned.effective_date);
    if (amount == 0 && !IsCivilDate(date)) return;
    pb::OperationRecord& operation = *record_.add_operation();
    operation.set_kind(planned.spec->kind());
    operation.mutable_amount()->set_minor(amount);
    operation.mutable_amount()->set_currency(
        plan_.fields[static_cast<size_t>(planned.plus.front())].spec->currency());
    operation.set_effective_date(Date(date, "operation.effective_date", true));
    operation.set_document(Render(planned.document));
    operation.set_id(OperationId(line_id, operation.kind(), date, PlaceAmongLike(place, date)));
  }

  // A row without any of the amounts says nothing about them, not even that they are zero.
  bool Stated(const PlannedOperation& planned) const {
    return std::any_of(planned.plus.begin(), planned.plus.end(),
                       [this](int field) { return At(field).present; });
  }

  // plus − minus; 0 where it is negative and another operation takes the reverse.
  int64_t Difference(const PlannedOperation& planned) {
    int64_t amount = 0;
    bool overflow = false;
    for (const int field : planned.plus)
      overflow |= __builtin_add_overflow(amount, At(field).number, &amount);
    for (const int field : planned.minus)
      overflow |= __builtin_sub_overflow(amount, At(field).number, &amount);
    if (overflow)
      Wrong({"OUT_OF_RANGE", "the amounts' difference is larger than an amount can be"});
    if (planned.plus.size() == 1) WantNoNegative(planned.plus.front());
    if (planned.minus.size() == 1) WantNoNegative(planned.minus.front());
    if (amount < 0 && !planned.reversed_by_another) {
      Wrong({"NEGATIVE_AMOUNT",
             absl::StrCat("the amounts make a negative operation (", amount, ")"),
             planned.plus.front()});
    }
    return std::max<int64_t>(amount, 0);
  }

  // How many outputs before this one have its kind and date. All outputs count, whatever their
  // amounts, so that an id does not depend on its neighbours' amounts.
  int PlaceAmongLike(size_t place, const std::string& date) const {
    const PlannedOperation& own = plan_.operations[place];
    return static_cast<int>(std::count_if(
        plan_.operations.begin(), plan_.operations.begin() + static_cast<ptrdiff_t>(place),
        [&](const PlannedOperation& other) {
          return other.spec->kind() == own.spec->kind() && Render(other.effective_date) == date;
        }));
  }

  void Measurement() {
    pb::MeasurementRecord& measurement = *record_.mutable_measurement();
    const int64_t physical_bp = At(plan_.percent).number;
    if (physical_bp < 0 || physical_bp > 10'000) {
      Wrong({"OUT_OF_RANGE",
             absl::StrCat("the physical progress is ", physical_bp, " basis points of 10000"),
             plan_.percent});
    }
    // A work item weighs by its value; without one the progress would be lost.
    if (record_.has_project() && physical_bp > 0 && record_.project().investment().minor() == 0) {
      Wrong({"NO_INVESTMENT", "the row reports progress, but no investment that it is part of",
             plan_.percent});
    }
    measurement.set_work_item_id(Id("work_item"));
    measurement.set_work_item(Mandatory(Text("measurement.work_item"), "measurement.work_item"));
    measurement.set_physical_bp(static_cast<int32_t>(physical_bp));
    measurement.set_date(Date(Text("measurement.date"), "measurement.date", true));
  }

  const Plan& plan_;
  const std::string& tenant_;
  const std::string& key_;
  const std::vector<Value>& values_;
  pb::Record& record_;
  std::optional<Problem> problem_;
};

}  // namespace

std::optional<Problem> BuildRecord(const Plan& plan, const std::string& tenant,
                                   const std::string& key, const std::vector<Value>& values,
                                   imports::v1::Record& record) {
  return Builder(plan, tenant, key, values, record).Build();
}

}  // namespace fiscus::tabular

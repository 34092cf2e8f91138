#include "libs/tabular/plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/core/money.h"
#include "libs/tabular/dates.h"
#include "libs/tabular/fold.h"

namespace fiscus::tabular {
namespace {

namespace pb = imports::v1;

bool IsIdentifier(std::string_view text, size_t length_max, std::string_view more) {
  if (text.empty() || text.size() > length_max) return false;
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

RoundingMode RoundingOf(pb::Rounding rounding) {
  switch (rounding) {
    case pb::ROUNDING_HALF_UP:
      return RoundingMode::kHalfUp;
    case pb::ROUNDING_HALF_EVEN:
      return RoundingMode::kHalfEven;
    case pb::ROUNDING_DOWN:
      return RoundingMode::kDown;
    default:
      return RoundingMode::kExact;
  }
}

NumberStyle StyleOf(const pb::NumberFormat& format) {
  NumberStyle style;
  if (!format.decimal().empty()) style.decimal = format.decimal();
  style.thousands = format.thousands();
  style.strip.assign(format.strip().begin(), format.strip().end());
  style.parentheses_negative = format.parentheses_negative();
  return style;
}

// Collects what is wrong while it builds the plan.
class PlanMaker {
 public:
  PlanMaker(const pb::Profile& profile, const Limits& limits) : plan_(std::make_unique<Plan>()) {
    plan_->profile = profile;
    plan_->sheet.limits = limits;
  }

  absl::StatusOr<std::unique_ptr<const Plan>> Make() {
    if (!IsIdentifier(plan_->profile.name(), 64, "_.-"))
      Wrong("name: wants 1 to 64 of a-z 0-9 _ . -");
    if (plan_->profile.namespace_().empty()) plan_->profile.set_namespace_(plan_->profile.name());
    if (!IsIdentifier(plan_->profile.namespace_(), 64, "_.-"))
      Wrong("namespace: wants 1 to 64 of a-z 0-9 _ . -");
    Input();
    Dates();
    Foldings();
    for (const pb::Field& field : plan_->profile.field()) AddField(field);
    for (const pb::RowRule& rule : plan_->profile.row_rule()) AddRule(rule);
    Output();
    if (!problems_.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("profile ", plan_->profile.name(), ": ", absl::StrJoin(problems_, "; ")));
    }
    return std::move(plan_);
  }

 private:
  void Wrong(std::string what) { problems_.push_back(std::move(what)); }

  void Input() {
    const pb::Input& input = plan_->profile.input();
    SheetOptions& sheet = plan_->sheet;
    switch (input.format()) {
      case pb::FORMAT_XLSX:
        sheet.format = FileFormat::kXlsx;
        break;
      case pb::FORMAT_CSV:
        sheet.format = FileFormat::kCsv;
        break;
      case pb::FORMAT_JSON:
        sheet.format = FileFormat::kJson;
        break;
      default:
        Wrong("input.format: is not given");
    }
    sheet.sheet = input.sheet();
    sheet.json_path = input.json_path();
    sheet.delimiter = OneCharacter(input.delimiter(), ',', "input.delimiter");
    sheet.quote = OneCharacter(input.quote(), '"', "input.quote");
    if (sheet.delimiter == sheet.quote) Wrong("input: delimiter and quote are the same");
    if (input.encoding() == pb::ENCODING_GB18030) sheet.encoding = TextEncoding::kGb18030;
    if (input.encoding() == pb::ENCODING_CP1252) sheet.encoding = TextEncoding::kCp1252;
    int last = 0;
    for (const int row : input.header_row()) {
      if (row <= last) Wrong("input.header_row: wants ascending rows from 1");
      last = row;
    }
    if (input.first_data_row() != 0 && input.first_data_row() <= last) {
      Wrong("input.first_data_row: stands before the headings' end");
    }
  }

  char OneCharacter(const std::string& text, char otherwise, const char* what) {
    if (text.empty()) return otherwise;
    if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x80 || text[0] == '\n' ||
        text[0] == '\r') {
      Wrong(absl::StrCat(what, ": wants one ASCII character"));
    }
    return text[0];
  }

  void Dates() {
    for (const std::string& format : plan_->profile.date_format()) {
      if (format != "SERIAL" && !IsDatePattern(format)) {
        Wrong(absl::StrCat("date_format '", format, "': wants y, M and d once each"));
      }
    }
  }

  void Foldings() {
    for (const pb::Folding& folding : plan_->profile.folding()) {
      if (!foldings_.insert(folding.name()).second)
        Wrong(absl::StrCat("folding ", folding.name(), ": occurs twice"));
      const auto book = NameBook::Make(folding);
      if (!book.ok()) Wrong(std::string(book.status().message()));
    }
  }

  int Find(std::string_view name) const {
    for (size_t i = 0; i < plan_->fields.size(); ++i) {
      if (plan_->fields[i].spec->name() == name) return static_cast<int>(i);
    }
    return -1;
  }

  // The field of that name and type; -1 for the empty name.
  int Find(const std::string& name, const char* user, pb::FieldType type) {
    if (name.empty()) return -1;
    const int index = Find(name);
    if (index < 0) {
      Wrong(absl::StrCat(user, ": there is no field '", name, "'"));
    } else if (type != pb::FIELD_TYPE_UNSPECIFIED && plan_->fields[index].spec->type() != type) {
      Wrong(absl::StrCat(user, ": field '", name, "' has the wrong type"));
    }
    return index;
  }

  template <typename Names>
  std::vector<int> FindAll(const Names& names, const char* user, pb::FieldType type) {
    std::vector<int> indices;
    for (const std::string& name : names) {
      const int index = Find(name, user, type);
      if (index >= 0) indices.push_back(index);
    }
    return indices;
  }

  void AddField(const pb::Field& spec) {
    PlannedField field;
    field.spec = &spec;
    const std::string user = absl::StrCat("field ", spec.name());
    if (!IsIdentifier(spec.name(), 64, "_")) Wrong(user + ": wants a name of a-z 0-9 _");
    if (Find(spec.name()) >= 0) Wrong(user + ": occurs twice");
    if (spec.from_case() == pb::Field::FROM_NOT_SET) Wrong(user + ": says not where it comes from");
    if (spec.from_case() == pb::Field::kColumn) {
      field.fixed_column = ParseColumnName(spec.column()).value_or(-1);
      if (field.fixed_column < 0) Wrong(absl::StrCat(user, ": '", spec.column(), "' is no column"));
    }
    const bool money = spec.type() == pb::FIELD_TYPE_MONEY;
    if (money && !IsCurrency(spec.currency())) Wrong(user + ": wants a currency of three letters");
    const bool scaled = money || spec.type() == pb::FIELD_TYPE_PERCENT;
    const int own_scale = money ? MinorDigits(spec.currency()) : 2;
    field.scale = !scaled ? 0 : spec.scale() == 0 ? own_scale : spec.scale();
    if (spec.scale() < 0 || spec.scale() > 12) Wrong(user + ": scale wants 0 to 12");
    field.style = StyleOf(spec.has_number() ? spec.number() : plan_->profile.number());
    field.rounding = RoundingOf(spec.rounding());
    const bool named = spec.type() == pb::FIELD_TYPE_NAME;
    if (named && !foldings_.contains(spec.folding())) Wrong(user + ": its folding does not exist");
    if (spec.bounded() && spec.value_min() > spec.value_max())
      Wrong(user + ": value_min exceeds value_max");
    plan_->fields.push_back(std::move(field));
  }

  void AddRule(const pb::RowRule& spec) {
    const std::string user = absl::StrCat("row_rule ", spec.reason());
    PlannedRule rule;
    rule.spec = &spec;
    rule.all_absent = FindAll(spec.all_absent(), user.c_str(), pb::FIELD_TYPE_UNSPECIFIED);
    rule.any_absent = FindAll(spec.any_absent(), user.c_str(), pb::FIELD_TYPE_UNSPECIFIED);
    rule.field = Find(spec.field(), user.c_str(), pb::FIELD_TYPE_UNSPECIFIED);
    if (spec.action() == pb::ROW_ACTION_UNSPECIFIED) Wrong(user + ": action is not given");
    if (spec.reason().empty()) Wrong("row_rule: reason is not given");
    if (rule.field >= 0 && spec.is().empty()) Wrong(user + ": 'is' is not given");
    if (rule.all_absent.empty() && rule.any_absent.empty() && rule.field < 0)
      Wrong(user + ": has no condition");
    plan_->rules.push_back(std::move(rule));
  }

  Template Parse(const std::string& text, const std::string& name) {
    auto parsed = Template::Parse(text, [this](std::string_view field) { return Find(field); });
    if (parsed.ok()) return *std::move(parsed);
    Wrong(absl::StrCat("output.", name, ": ", parsed.status().message()));
    return {};
  }

  // A template that every row needs; dates must exist where they are constant.
  void Add(const std::string& name, const std::string& text, bool required, bool date = false) {
    if (required && text.empty()) Wrong(absl::StrCat("output.", name, ": is not given"));
    Template parsed = Parse(text, name);
    if (date && !text.empty() && parsed.constant() && !IsCivilDate(text)) {
      Wrong(absl::StrCat("output.", name, ": '", text, "' is no date yyyy-MM-dd"));
    }
    plan_->templates.emplace(name, std::move(parsed));
  }

  void Output() {
    const pb::Output& output = plan_->profile.output();
    Add("key", output.key(), true);
    Add("unit.segment", output.unit().segment(), output.has_unit());
    Add("unit.name", output.unit().name(), output.has_unit());
    const pb::ProjectOutput& project = output.project();
    Add("project.code", project.code(), output.has_project());
    Add("project.name", project.name(), output.has_project());
    Add("project.sector", project.sector(), false);
    Add("project.currency", project.currency(), output.has_project());
    Add("project.planned_start", project.planned_start(), false, true);
    Add("project.planned_end", project.planned_end(), false, true);
    plan_->investment =
        FindAll(project.investment(), "output.project.investment", pb::FIELD_TYPE_MONEY);
    const pb::LineOutput& line = output.line();
    Add("line.code", line.code(), output.has_line());
    Add("line.fiscal_year", line.fiscal_year(), output.has_line());
    Add("line.currency", line.currency(), output.has_line());
    Add("line.fund_nature", line.fund_nature(), false);
    Add("line.function_class", line.function_class(), false);
    Add("line.economic_class", line.economic_class(), false);
    if (output.has_line() && !output.has_project()) Wrong("output.line: needs output.project");
    if (!output.operation().empty() && !output.has_line())
      Wrong("output.operation: needs output.line");
    for (const pb::OperationOutput& operation : output.operation()) AddOperation(operation);
    PairReverses();
    const pb::MeasurementOutput& measurement = output.measurement();
    plan_->percent =
        Find(measurement.percent(), "output.measurement.percent", pb::FIELD_TYPE_PERCENT);
    Add("measurement.date", measurement.date(), output.has_measurement(), true);
    Add("measurement.work_item", measurement.work_item(), output.has_measurement());
  }

  void AddOperation(const pb::OperationOutput& spec) {
    const char* user = "output.operation";
    PlannedOperation operation;
    operation.spec = &spec;
    operation.plus = FindAll(spec.plus(), user, pb::FIELD_TYPE_MONEY);
    operation.minus = FindAll(spec.minus(), user, pb::FIELD_TYPE_MONEY);
    operation.only_if_zero = Find(spec.only_if_zero(), user, pb::FIELD_TYPE_MONEY);
    operation.unless_zero = Find(spec.unless_zero(), user, pb::FIELD_TYPE_MONEY);
    operation.effective_date = Parse(spec.effective_date(), "operation.effective_date");
    operation.document = Parse(spec.document(), "operation.document");
    if (spec.kind() == pb::OPERATION_KIND_UNSPECIFIED) Wrong("output.operation: kind is not given");
    if (operation.plus.empty()) Wrong("output.operation: plus is not given");
    if (operation.effective_date.constant() && !IsCivilDate(spec.effective_date())) {
      Wrong("output.operation: effective_date is no date yyyy-MM-dd");
    }
    SameCurrency(operation);
    plan_->operations.push_back(std::move(operation));
  }

  // Minor units of two currencies have no difference.
  void SameCurrency(const PlannedOperation& operation) {
    std::set<std::string> currencies;
    for (const auto* fields : {&operation.plus, &operation.minus}) {
      for (const int field : *fields)
        currencies.insert(plan_->fields[static_cast<size_t>(field)].spec->currency());
    }
    if (currencies.size() > 1) {
      Wrong(absl::StrCat("output.operation: plus and minus are of several currencies: ",
                         absl::StrJoin(currencies, ", ")));
    }
  }

  void PairReverses() {
    for (PlannedOperation& operation : plan_->operations) {
      operation.reversed_by_another = std::any_of(
          plan_->operations.begin(), plan_->operations.end(), [&operation](const auto& other) {
            return other.plus == operation.minus && other.minus == operation.plus;
          });
    }
  }

  std::unique_ptr<Plan> plan_;
  std::set<std::string> foldings_;
  std::vector<std::string> problems_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Plan>> MakePlan(const imports::v1::Profile& profile,
                                                     const Limits& limits) {
  return PlanMaker(profile, limits).Make();
}

}  // namespace fiscus::tabular

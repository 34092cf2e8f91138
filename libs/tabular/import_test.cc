// The pipeline as a whole: profiles, rows, errors by cell, ids that repeat, and the real CDMX
// workbook.
#include "libs/tabular/import.h"

#include <google/protobuf/util/message_differencer.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"

#include "libs/tabular/rejects.h"
#include "libs/tabular/xlsx_fixture.h"

namespace fiscus::tabular {
namespace {

namespace pb = imports::v1;
using Catch::Matchers::Contains;

struct Collect : ImportSink {
  std::vector<std::string> headings;
  std::vector<pb::Record> taken;
  std::vector<pb::RejectedRow> rejected;
  std::string rejected_csv;
  pb::Report report;

  absl::Status OnHeadings(const std::vector<std::string>& found) override {
    headings = found;
    rejected_csv = RejectedHeader(found);
    return absl::OkStatus();
  }
  absl::Status OnTaken(pb::Record&& record, const Row&) override {
    absl::Status status = AddToTotals(record, report);
    taken.push_back(std::move(record));
    return status;
  }
  absl::Status OnRejected(pb::RejectedRow&& row, const Row& cells) override {
    rejected_csv += RejectedLine(cells, headings.size(), row);
    rejected.push_back(std::move(row));
    return absl::OkStatus();
  }
  // "B3 NOT_A_NUMBER" an error.
  std::string Errors() const {
    std::string text;
    for (const pb::RejectedRow& row : rejected) {
      for (const pb::CellError& error : row.error())
        absl::StrAppend(&text, error.cell(), " ", error.reason(), "\n");
    }
    return text;
  }
  int64_t Sum(pb::OperationKind kind) const {
    for (const pb::OperationTotal& total : report.operation_total()) {
      if (total.kind() == kind) return total.amount().minor();
    }
    return 0;
  }
};

std::unique_ptr<const Plan> PlanOf(const std::string& text) {
  const auto profile = ParseProfile(text, "test");
  INFO(profile.status().message());
  REQUIRE(profile.ok());
  auto plan = MakePlan(*profile, Limits{});
  INFO(plan.status().message());
  REQUIRE(plan.ok());
  return *std::move(plan);
}

// A small profile over CSV: two heading rows, German numbers, a few of everything.
const std::string kProfile = R"(
  name: "small"
  input { format: FORMAT_CSV header_row: 1 header_row: 2 delimiter: ";" spread_headings: true }
  number { decimal: "," thousands: "." }
  date_format: "d.M.yyyy"
  absent: "n/a"
  folding { name: "unit" fold_case: true fold_spaces: true }
  field { name: "key" heading: "Code" required: true }
  field { name: "unit" heading: "Unit" type: FIELD_TYPE_NAME folding: "unit" required: true }
  field { name: "plan" heading: "Money / Plan" type: FIELD_TYPE_MONEY currency: "CNY" required: true bounded: true value_max: 100000000000 }
  field { name: "paid" heading: "Money / Paid" type: FIELD_TYPE_MONEY currency: "CNY" default_value: "0" }
  field { name: "done" column: "E" type: FIELD_TYPE_PERCENT rounding: ROUNDING_HALF_UP }
  field { name: "day" heading: "Day" type: FIELD_TYPE_DATE required: true }
  row_rule { action: ROW_ACTION_IGNORE reason: "TOTAL" field: "key" is: "Total" }
  output {
    key: "{key}"
    unit { segment: "{unit.key}" name: "{unit}" }
    project { code: "{key}" name: "P {key}" currency: "CNY" investment: "plan" }
    line { code: "{key}" fiscal_year: "2026" currency: "CNY" }
    operation { kind: OPERATION_KIND_APPROVE plus: "plan" effective_date: "2026-01-01" }
    operation { kind: OPERATION_KIND_OBSERVED_PAY plus: "paid" effective_date: "{day}" document: "{key}" }
    measurement { percent: "done" date: "{day}" work_item: "all" }
  })";

const std::string kHead = ";;Money;;Work;\nCode;Unit;Plan;Paid;Done;Day\n";

Collect Run(const Plan& plan, const std::string& bytes, const std::string& tenant = "t") {
  Collect sink;
  const auto counts = ReadImport(bytes, plan, tenant, sink);
  INFO(counts.status().message());
  REQUIRE(counts.ok());
  return sink;
}

TEST_CASE("A row becomes unit, project, line, operations and progress", "[tabular]") {
  const auto plan = PlanOf(kProfile);
  const Collect result = Run(*plan, kHead + "A-1;Roads;1.000,50;n/a;12,345;31.3.2026\n");
  REQUIRE(result.Errors().empty());
  REQUIRE(result.taken.size() == 1);
  const pb::Record& record = result.taken[0];
  CHECK(record.row() == 3);
  CHECK(record.unit().segment() == "roads");
  CHECK(record.project().investment().minor() == 100'050);
  REQUIRE(record.operation_size() == 2);
  CHECK(record.operation(0).amount().minor() == 100'050);
  CHECK(record.operation(1).amount().minor() == 0);  // said to be so, never posted
  CHECK(record.reported_on() == "2026-03-31");
  CHECK(record.measurement().physical_bp() == 1235);
  CHECK(record.measurement().date() == "2026-03-31");
}

TEST_CASE("Everything wrong with a row is told at once, by cell", "[tabular]") {
  const auto plan = PlanOf(kProfile);
  const Collect result = Run(*plan, kHead +
                                        "A-1;;12x;1,234;101;2026-03-31\n"
                                        ";Roads;2.000.000.000,00;;;31.2.2026\n"
                                        "Total;;;;;\n"
                                        "\n"
                                        "B;Roads;1;;;1.1.2026\n"
                                        "B;Roads;2;;;1.1.2026\n");
  CHECK(result.Errors() ==
        "B3 REQUIRED\nC3 NOT_A_NUMBER\nD3 TOO_PRECISE\nF3 NOT_A_DATE\n"
        "A4 REQUIRED\nC4 OUT_OF_RANGE\nF4 NOT_A_DATE\n8 DUPLICATE_KEY\n");
  CHECK(result.taken.size() == 1);
  CHECK(result.rejected[0].error(1).column() == "Money / Plan");
  CHECK(result.rejected[0].error(1).value() == "12x");
  CHECK_THAT(
      result.rejected_csv,
      Contains("Code,Unit,Money / Plan,Money / Paid,Work / Done,Work / Day,row,reason,message"));
}

TEST_CASE("Rejected rows keep their cells and cannot become formulas", "[tabular]") {
  const auto plan = PlanOf(kProfile);
  const Collect result = Run(*plan, kHead + "=cmd|x;\"a,\"\"b\";-5,5x;-5;;1.1.2026\n");
  CHECK_THAT(result.rejected_csv,
             Contains("'=cmd|x,\"a,\"\"b\",\"'-5,5x\",-5,,1.1.2026,3,NOT_A_NUMBER"));
}

TEST_CASE("The same file gives the same ids, another tenant others; an amount does not change them",
          "[tabular]") {
  const auto plan = PlanOf(kProfile);
  const Collect first = Run(*plan, kHead + "A-1;Roads;10;5;;31.3.2026\n");
  const Collect again = Run(*plan, kHead + "A-1;Roads;10;5;;31.3.2026\n");
  const Collect other = Run(*plan, kHead + "A-1;Roads;10;5;;31.3.2026\n", "u");
  const Collect more = Run(*plan, kHead + "A-1;Roads;10;6;;31.3.2026\n");
  CHECK(google::protobuf::util::MessageDifferencer::Equals(first.taken[0], again.taken[0]));
  CHECK(first.taken[0].project().id() != other.taken[0].project().id());
  CHECK(first.taken[0].operation(1).id() == more.taken[0].operation(1).id());
  std::set<std::string> ids = {first.taken[0].project().id(), first.taken[0].line().id(),
                               first.taken[0].operation(0).id(), first.taken[0].operation(1).id()};
  CHECK(ids.size() == 4);
}

// The profile with a part of it replaced.
std::string With(const std::string& part, const std::string& other) {
  std::string text = kProfile;
  const size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

TEST_CASE("Ids follow the namespace, not the profile's name; lines are of a year", "[tabular]") {
  const std::string row = kHead + "A-1;Roads;10;5;;31.3.2026\n";
  const auto record = [&row](const std::string& profile) {
    return Run(*PlanOf(profile), row).taken.at(0);
  };
  const pb::Record first = record(With("name: \"small\"", "name: 'q1' namespace: 's'"));
  const pb::Record later = record(With("name: \"small\"", "name: 'q2' namespace: 's'"));
  CHECK(google::protobuf::util::MessageDifferencer::Equals(first, later));
  CHECK(first.project().id() != record(kProfile).project().id());
  const pb::Record next_year = record(With("fiscal_year: \"2026\"", "fiscal_year: '2027'"));
  CHECK(next_year.project().id() == record(kProfile).project().id());
  CHECK(next_year.line().id() != record(kProfile).line().id());
}

TEST_CASE("Two outputs of one kind and date have ids of their own", "[tabular]") {
  const std::string second =
      "operation { kind: OPERATION_KIND_APPROVE plus: 'paid' effective_date: '2026-01-01' } ";
  const auto plan = PlanOf(With("measurement {", second + "measurement {"));
  const Collect result = Run(*plan, kHead + "A-1;Roads;10;5;;31.3.2026\n");
  REQUIRE(result.taken.size() == 1);
  REQUIRE(result.taken[0].operation_size() == 3);
  std::set<std::string> ids;
  for (const auto& operation : result.taken[0].operation()) ids.insert(operation.id());
  CHECK(ids.size() == 3);
  CHECK(result.taken[0].operation(0).id() ==
        Run(*PlanOf(kProfile), kHead + "A-1;Roads;10;5;;31.3.2026\n").taken[0].operation(0).id());
}

TEST_CASE("Negative amounts are errors of their cell, not silence", "[tabular]") {
  const auto plan = PlanOf(kProfile);
  CHECK(Run(*plan, kHead + "A-1;Roads;10;-5;;31.3.2026\n").Errors() == "D3 NEGATIVE_AMOUNT\n");
  const std::string unbounded = With("bounded: true value_max: 100000000000", "");
  CHECK(Run(*PlanOf(unbounded), kHead + "A-1;Roads;-10;5;;31.3.2026\n").Errors() ==
        "C3 NEGATIVE_AMOUNT\n");
  const std::string difference = "plus: \"paid\" minus: 'plan'";
  const std::string one_way = With("plus: \"paid\"", difference);
  CHECK(Run(*PlanOf(one_way), kHead + "A-1;Roads;10;5;;31.3.2026\n").Errors() ==
        "D3 NEGATIVE_AMOUNT\n");
  const std::string reverse =
      "operation { kind: OPERATION_KIND_REDUCE plus: 'plan' minus: 'paid' effective_date: "
      "'{day}' } operation { kind: OPERATION_KIND_OBSERVED_PAY ";
  std::string both_ways = one_way;
  const std::string pay = "operation { kind: OPERATION_KIND_OBSERVED_PAY ";
  both_ways.replace(both_ways.find(pay), pay.size(), reverse);
  const Collect taken = Run(*PlanOf(both_ways), kHead + "A-1;Roads;10;5;;31.3.2026\n");
  CHECK(taken.Errors().empty());
  CHECK(taken.Sum(pb::OPERATION_KIND_REDUCE) == 500);
  CHECK(taken.Sum(pb::OPERATION_KIND_OBSERVED_PAY) == 0);
}

TEST_CASE("Progress that nothing weighs is an error, not silence", "[tabular]") {
  const auto plan = PlanOf(kProfile);
  CHECK(Run(*plan, kHead + "A-1;Roads;0;5;12;31.3.2026\n").Errors() == "E3 NO_INVESTMENT\n");
  CHECK(Run(*plan, kHead + "A-1;Roads;0;5;0;31.3.2026\n").Errors().empty());
}

TEST_CASE("Amounts are read at their currency's own decimal places", "[tabular]") {
  for (const auto& [currency, minor] :
       std::vector<std::pair<std::string, int64_t>>{{"JPY", 12}, {"CNY", 1200}, {"KWD", 12'000}}) {
    std::string text = kProfile;
    for (size_t at = 0; (at = text.find("\"CNY\"", at)) != std::string::npos; at += 5)
      text.replace(at, 5, "\"" + currency + "\"");
    CAPTURE(currency);
    CHECK(
        Run(*PlanOf(text), kHead + "A-1;Roads;12;0;;31.3.2026\n").Sum(pb::OPERATION_KIND_APPROVE) ==
        minor);
  }
}

TEST_CASE("A file that does not fit its profile is refused with its headings", "[tabular]") {
  const auto plan = PlanOf(kProfile);
  Collect sink;
  CHECK_THAT(std::string(ReadImport("a;b\nc;d\n", *plan, "t", sink).status().message()),
             Contains("no column has the heading 'Code'") && Contains("a / c | b / d"));
  CHECK_THAT(std::string(ReadImport("Code\n", *plan, "t", sink).status().message()),
             Contains("1 of the 2 heading rows"));
  CHECK_THAT(
      std::string(
          ReadImport(";;;;;\nCode;Unit;Plan;Paid;Code;Day\n", *plan, "t", sink).status().message()),
      Contains("'Code' stands over 2 columns"));
}

TEST_CASE("A profile's mistakes are found before a file is opened", "[tabular]") {
  const auto problems = [](const std::string& text) {
    const auto profile = ParseProfile(text, "p");
    if (!profile.ok()) return std::string(profile.status().message());
    const auto plan = MakePlan(*profile, Limits{});
    return plan.ok() ? std::string() : std::string(plan.status().message());
  };
  CHECK_THAT(problems("nonsense: 1"), Contains("p:1:"));
  CHECK_THAT(problems("name: 'x'"), Contains("input.format") && Contains("output.key"));
  const std::string start =
      "name: 'x' input { format: FORMAT_JSON } output { key: '{k}' } field { name: 'k' heading: "
      "'K' } ";
  CHECK(problems(start).empty());
  CHECK_THAT(problems(start + "field { name: 'k' heading: 'K' }"), Contains("occurs twice"));
  CHECK_THAT(problems(start + "field { name: 'm' heading: 'M' type: FIELD_TYPE_MONEY }"),
             Contains("currency"));
  CHECK_THAT(problems(start + "field { name: 'n' heading: 'N' type: FIELD_TYPE_NAME }"),
             Contains("folding"));
  CHECK_THAT(problems(start + "date_format: 'yyyy'"), Contains("y, M and d once"));
  CHECK_THAT(problems(start + "namespace: 'No' field { name: 'a' heading: 'A' type: "
                              "FIELD_TYPE_MONEY currency: 'cny' }"),
             Contains("namespace") && Contains("currency"));
  CHECK_THAT(problems("name: 'x' input { format: FORMAT_JSON } "
                      "field { name: 'k' heading: 'K' } "
                      "field { name: 'a' heading: 'A' type: FIELD_TYPE_MONEY currency: 'CNY' } "
                      "field { name: 'b' heading: 'B' type: FIELD_TYPE_MONEY currency: 'USD' } "
                      "output { key: '{k}' project { code: '{k}' name: '{k}' currency: 'CNY' } "
                      "line { code: '{k}' fiscal_year: '2026' currency: 'CNY' } "
                      "operation { kind: OPERATION_KIND_APPROVE plus: 'a' minus: 'b' "
                      "effective_date: '2026-01-01' } }"),
             Contains("several currencies: CNY, USD"));
  CHECK_THAT(problems(start + "row_rule { reason: 'R' action: ROW_ACTION_IGNORE any_absent: 'z' }"),
             Contains("no field 'z'"));
}

TEST_CASE("JSON and XLSX run through the same pipeline", "[tabular]") {
  const std::string fields = R"(
    field { name: "k" heading: "id" required: true }
    field { name: "m" heading: "money.total" type: FIELD_TYPE_MONEY currency: "CNY" required: true }
    output { key: "{k}" project { code: "{k}" name: "{k}" currency: "CNY" } line { code: "{k}" fiscal_year: "2026" currency: "CNY" }
      operation { kind: OPERATION_KIND_APPROVE plus: "m" effective_date: "2026-01-01" } })";
  const auto json = PlanOf("name: 'j' input { format: FORMAT_JSON json_path: 'rows' } " + fields);
  const Collect from_json = Run(
      *json, R"({"rows":[{"id":"a","money":{"total":90071992547409.93}},{"id":"b","money":{}}]})");
  CHECK(from_json.Sum(pb::OPERATION_KIND_APPROVE) == 9007199254740993);
  CHECK(from_json.Errors() == "[1].money.total REQUIRED\n");
  const auto xlsx = PlanOf("name: 'x' input { format: FORMAT_XLSX header_row: 1 } " + fields);
  const std::string sheet =
      R"(<row r="1"><c t="inlineStr"><is><t>id</t></is></c><c t="inlineStr"><is><t>money.total</t></is></c></row>)"
      R"(<row r="2"><c t="inlineStr"><is><t>a</t></is></c><c><v>27524608.870000001</v></c></row>)"
      R"(<row r="3"><c t="inlineStr"><is><t>b</t></is></c><c t="e"><v>#REF!</v></c></row>)"
      R"(<row r="4"><c t="inlineStr"><is><t>c</t></is></c><c><v>90071992547409.938</v></c></row>)"
      R"(<row r="5"><c t="inlineStr"><is><t>d</t></is></c><c t="inlineStr"><is><t>90071992547409.93</t></is></c></row>)";
  const Collect from_xlsx = Run(*xlsx, Workbook(sheet));
  CHECK(from_xlsx.Errors() == "B3 SHEET_ERROR\nB4 TOO_PRECISE\n");
  CHECK(from_xlsx.Sum(pb::OPERATION_KIND_APPROVE) == 2752460887 + 9007199254740993);
}

// The figures were computed apart from this code by tests/system/cdmx_totals.py.
TEST_CASE("CDMX 2016 Q1: 470 of 500 rows are taken, to the centavo", "[tabular][data]") {
  const char* data = std::getenv("FISCUS_DATA");
  if (data == nullptr) {
    WARN("skipped: FISCUS_DATA is not set");
    return;
  }
  const auto slurp = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  const auto plan = PlanOf(slurp("tools/fiscus/profiles/cdmx_2016q1.textproto"));
  const Collect result = Run(*plan, slurp(std::string(data) + "/cdmx_2016q1/projects.xlsx"));
  CHECK(result.taken.size() == 470);
  REQUIRE(result.rejected.size() == 30);
  for (const pb::RejectedRow& row : result.rejected) CHECK(row.error(0).reason() == "NO_FIGURES");
  const int64_t modified = result.Sum(pb::OPERATION_KIND_APPROVE) +
                           result.Sum(pb::OPERATION_KIND_SUPPLEMENT) -
                           result.Sum(pb::OPERATION_KIND_REDUCE);
  CHECK(modified == 1'232'413'978'379);
  CHECK(result.Sum(pb::OPERATION_KIND_ENCUMBER) == 130'728'455'889);
  CHECK(result.Sum(pb::OPERATION_KIND_OBSERVED_PAY) == 50'856'584'202);
  std::set<std::string> units;
  for (const pb::Record& record : result.taken) units.insert(record.unit().segment());
  CHECK(units.size() == 29);
}

}  // namespace
}  // namespace fiscus::tabular

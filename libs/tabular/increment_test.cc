// What a row adds to a journal, as a table: the row's operations, the journal, and what is posted
// or refused.
#include "libs/tabular/increment.h"

#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace fiscus::tabular {
namespace {

namespace pb = imports::v1;

// "PAY 03-31 100" an operation; the year is 2026.
std::vector<Posted> Parse(const std::string& text) {
  const std::map<std::string, pb::OperationKind> kinds = {
      {"APPROVE", pb::OPERATION_KIND_APPROVE},     {"SUPPLEMENT", pb::OPERATION_KIND_SUPPLEMENT},
      {"REDUCE", pb::OPERATION_KIND_REDUCE},       {"ENCUMBER", pb::OPERATION_KIND_ENCUMBER},
      {"LIQUIDATE", pb::OPERATION_KIND_LIQUIDATE}, {"PAY", pb::OPERATION_KIND_OBSERVED_PAY},
      {"REFUND", pb::OPERATION_KIND_REFUND}};
  std::vector<Posted> operations;
  std::istringstream words(text);
  std::string kind, day;
  int64_t minor = 0;
  while (words >> kind >> day >> minor)
    operations.push_back({kinds.at(kind), "2026-" + day, minor});
  return operations;
}

pb::Record RecordOf(const std::string& text) {
  pb::Record record;
  record.mutable_line()->set_id("line");
  record.mutable_line()->set_currency("CNY");
  for (const Posted& from : Parse(text)) {
    pb::OperationRecord& operation = *record.add_operation();
    operation.set_kind(from.kind);
    operation.set_effective_date(from.date);
    operation.mutable_amount()->set_minor(from.minor);
    operation.mutable_amount()->set_currency("CNY");
    operation.set_document("doc " + from.date);
    operation.set_id(OperationId("line", from.kind, from.date, 0));
  }
  return record;
}

// What is posted, in the notation of Parse, or the refusal's reason.
std::string Run(const std::string& row, const std::string& journal) {
  std::vector<pb::OperationRecord> operations;
  if (const auto problem = Increment(RecordOf(row), Parse(journal), operations))
    return problem->reason;
  std::string text;
  for (const pb::OperationRecord& operation : operations) {
    CHECK(operation.document() == "doc " + operation.effective_date());
    CHECK(operation.id() == OperationId("line", operation.kind(), operation.effective_date(), 0));
    absl::StrAppend(&text, text.empty() ? "" : " ",
                    pb::OperationKind_Name(operation.kind()).substr(15), " ",
                    operation.effective_date().substr(5), " ", operation.amount().minor());
  }
  return text;
}

TEST_CASE("A new line gets the row's own operations, a known one what exceeds its journal",
          "[tabular]") {
  struct Case {
    const char* row;
    const char* journal;
    const char* posted;
  };
  for (const Case& c : std::vector<Case>{
           {"APPROVE 01-01 10 PAY 03-31 0", "", "APPROVE 01-01 10"},
           // The same report again.
           {"APPROVE 01-01 10 PAY 03-31 4", "APPROVE 01-01 10 PAY 03-31 4", ""},
           {"APPROVE 01-01 10 PAY 03-31 4", "APPROVE 01-01 10 PAY 03-31 3 PAY 03-31 1", ""},
           // The next period's.
           {"APPROVE 01-01 10 PAY 06-30 7", "APPROVE 01-01 10 PAY 03-31 4", "OBSERVED_PAY 06-30 3"},
           {"APPROVE 01-01 10 SUPPLEMENT 06-30 5", "APPROVE 01-01 10 SUPPLEMENT 03-31 2",
            "SUPPLEMENT 06-30 3"},
           {"APPROVE 01-01 10 REDUCE 06-30 1", "APPROVE 01-01 10 SUPPLEMENT 03-31 2",
            "REDUCE 06-30 3"},
           {"APPROVE 06-30 12", "APPROVE 03-31 10", "SUPPLEMENT 06-30 2"},
           {"ENCUMBER 06-30 3", "APPROVE 01-01 10 ENCUMBER 03-31 5", "LIQUIDATE 06-30 2"},
           {"REFUND 06-30 3", "APPROVE 01-01 10 PAY 03-31 5 REFUND 03-31 1", "REFUND 06-30 2"},
           // The first report again after the second.
           {"APPROVE 01-01 10 PAY 03-31 4", "APPROVE 01-01 10 PAY 03-31 4 PAY 06-30 3", ""},
           // Other figures for a day on record, also none.
           {"APPROVE 01-01 10 PAY 03-31 5", "APPROVE 01-01 10 PAY 03-31 4", "FIGURES_CHANGED"},
           {"APPROVE 01-01 10 PAY 03-31 0", "APPROVE 01-01 10 PAY 03-31 4", "FIGURES_CHANGED"},
           {"APPROVE 01-01 11 PAY 06-30 9", "APPROVE 01-01 10 PAY 03-31 4", "FIGURES_CHANGED"},
           // A report of a day before one on record would count twice what that one counted.
           {"APPROVE 01-01 10 PAY 02-28 2", "APPROVE 01-01 10 PAY 03-31 4", "FIGURES_CHANGED"},
           // Paid money does not become less by being reported so.
           {"APPROVE 01-01 10 PAY 06-30 3", "APPROVE 01-01 10 PAY 03-31 4", "FIGURES_CHANGED"},
           // A row that says nothing of a sum leaves it.
           {"APPROVE 01-01 10", "APPROVE 01-01 10 PAY 03-31 4", ""},
           {"PAY 06-30 9223372036854775807 PAY 06-30 1", "APPROVE 01-01 10", "OUT_OF_RANGE"}}) {
    CAPTURE(c.row, c.journal);
    CHECK(Run(c.row, c.journal) == c.posted);
  }
}

TEST_CASE("A contradiction is told with both figures", "[tabular]") {
  std::vector<pb::OperationRecord> operations;
  const auto problem = Increment(RecordOf("PAY 03-31 0"), Parse("PAY 03-31 10000"), operations);
  REQUIRE(problem.has_value());
  CHECK(problem->message ==
        "the money paid up to 2026-03-31 is on record as 100.00 CNY, the row says 0.00 CNY");
}

}  // namespace
}  // namespace fiscus::tabular

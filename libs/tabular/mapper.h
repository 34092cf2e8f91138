// A row to a typed record, or to everything that is wrong with it. The one place where profile and
// row meet.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fiscus/imports/v1/record.pb.h"
#include "libs/tabular/cell.h"
#include "libs/tabular/convert.h"
#include "libs/tabular/plan.h"

namespace fiscus::tabular {

// What became of a row. kTaken: `record`; kRejected: `rejected` with at least one error.
struct MappedRow {
  enum class Outcome { kTaken, kIgnored, kRejected } outcome = Outcome::kIgnored;
  imports::v1::Record record;
  imports::v1::RejectedRow rejected;
};

// Not thread-safe: open foldings learn names. `tenant` becomes part of the ids.
class Mapper {
 public:
  // The plan must be valid (MakePlan).
  Mapper(const Plan& plan, std::string tenant);

  // Finds the columns. INVALID_ARGUMENT names each heading that is missing or not unique, and the
  // headings that exist.
  absl::Status SetHeadings(const std::vector<Row>& header_rows);

  // Joined headings by column, as messages show them.
  const std::vector<std::string>& headings() const { return headings_; }
  void set_dates_1904() { dates_1904_ = true; }

  MappedRow Map(const Row& row);

 private:
  int FindColumn(const std::string& heading, std::vector<std::string>& problems) const;
  bool Holds(const PlannedRule& rule, const std::vector<Value>& values) const;
  imports::v1::CellError ErrorAt(const Row& row, int column, const Problem& problem) const;
  std::string KeyOf(const std::vector<Value>& values) const;

  const Plan& plan_;
  const std::string tenant_;
  std::map<std::string, NameBook> names_;
  std::vector<std::string> headings_;
  std::vector<std::string> last_headings_;  // of the last heading row
  std::vector<int> columns_;                // by field; -1: constant
  std::map<std::string, int64_t> seen_;     // key → row
  bool dates_1904_ = false;
};

}  // namespace fiscus::tabular

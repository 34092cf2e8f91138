// The import pipeline: bytes → rows → cells → profile → records. One door for every format and
// every caller; what is done with the records (dry run, API calls) is the caller's.
//
// Pure: no I/O, no clock, no randomness. The same bytes, profile and tenant give the same records
// with the same ids, so a repeated import repeats its request ids and changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fiscus/imports/v1/profile.pb.h"
#include "fiscus/imports/v1/record.pb.h"
#include "libs/tabular/cell.h"
#include "libs/tabular/plan.h"

namespace fiscus::tabular {

// Takes what the pipeline finds, in the file's order. A status other than OK ends the import.
class ImportSink {
 public:
  virtual ~ImportSink() = default;
  // Once, before the first row: the columns' headings, several heading rows joined.
  virtual absl::Status OnHeadings(const std::vector<std::string>& headings) = 0;
  // `row`: the original cells, for the file of rejected rows if the record is refused later on.
  virtual absl::Status OnTaken(imports::v1::Record&& record, const Row& row) = 0;
  virtual absl::Status OnRejected(imports::v1::RejectedRow&& rejected, const Row& row) = 0;
};

// Counts of a run over a whole file.
struct ImportCounts {
  int64_t taken = 0;
  int64_t ignored = 0;
  int64_t rejected = 0;
};

// Runs a plan over a file. INVALID_ARGUMENT: the file is damaged or does not fit the profile;
// RESOURCE_EXHAUSTED: a limit.
absl::StatusOr<ImportCounts> ReadImport(std::string_view bytes, const Plan& plan,
                                        const std::string& tenant, ImportSink& sink);

// Adds a record's operations to the report's totals. OUT_OF_RANGE: a sum beyond int64.
absl::Status AddToTotals(const imports::v1::Record& record, imports::v1::Report& report);

}  // namespace fiscus::tabular

// Sends records through the API, in batches: units, projects, operations. Each row ends as new,
// repeated or refused; a refused row does not harm its neighbours. Sending the same records again
// changes nothing; records of a later report change projects and post what exceeds the journals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "fiscus/imports/v1/record.pb.h"
#include "google/protobuf/message.h"
#include "libs/tabular/increment.h"

namespace fiscus::cli {

// How a row ended.
struct SentRow {
  bool repeated = false;  // everything of it was recorded before
  std::string reason;     // refused: the API's reason; empty: taken
  std::string message;
};

// Not thread-safe.
class ImportSender {
 public:
  // One RPC, by full name, as the logged-in user.
  using Call = absl::FunctionRef<absl::Status(std::string_view, const google::protobuf::Message&,
                                              google::protobuf::Message&)>;

  struct Options {
    std::string root_path;  // units are made below it, e.g. "/cdmx/"
    std::string profile;    // for source references
    bool dry_run = false;   // validate_only
  };

  // `call` must outlive the sender.
  ImportSender(const Options& options, Call call) : options_(options), call_(call) {}

  // A result for each record, in order. An error concerns the batch as a whole (no connection, no
  // permission): nothing is known to have been refused, and the import may be run again.
  absl::StatusOr<std::vector<SentRow>> Send(const std::vector<imports::v1::Record>& records);

 private:
  using Rows = std::vector<SentRow>;
  absl::Status SendUnits(const std::vector<imports::v1::Record>& records, Rows& rows);
  absl::Status ReadJournals(const std::vector<imports::v1::Record>& records, Rows& rows);
  absl::StatusOr<std::vector<tabular::Posted>> ReadJournal(const std::string& line_id);
  absl::Status SendProjects(const std::vector<imports::v1::Record>& records, Rows& rows);
  absl::Status SendOperations(const std::vector<imports::v1::Record>& records, Rows& rows);
  std::string PathOf(const imports::v1::Record& record) const;
  std::string SourceOf(const imports::v1::Record& record) const;

  const Options options_;
  Call call_;
  std::vector<std::string> known_units_;  // sorted paths that exist by now
  std::vector<std::vector<imports::v1::OperationRecord>> pending_;  // by row, what is to be posted
};

// Records that one call of Send should get: with ten operations each they fill one batch of the
// ledger (1,000).
inline constexpr size_t kImportBatchRows = 100;

}  // namespace fiscus::cli

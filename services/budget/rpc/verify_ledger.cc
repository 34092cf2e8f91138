// VerifyLedger: recomputes every balance of the tenant from the journal and compares.
//
// Entries never change, so each page of lines is read with its versions in one statement and its
// entries up to those versions afterwards: exact while payments go on, and no snapshot is held.
#include <map>
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "services/budget/deps.h"
#include "services/budget/domain/journal.h"
#include "services/budget/store/verify_store.h"

namespace fiscus::budget {
namespace {

constexpr int kLinesPerPage = 200;
constexpr int kEntriesPerPage = 5'000;
constexpr int kDifferencesMax = 1'000;

void Add(v1::VerifyLedgerResponse& response, const Difference& difference) {
  if (response.differences_size() >= kDifferencesMax) return;
  v1::LedgerDifference& proto = *response.add_differences();
  proto.set_line_id(difference.line_id);
  proto.set_invariant(difference.invariant);
  proto.set_detail(difference.detail);
}

class Verification {
 public:
  Verification(const Deps& deps, const Call& call) : deps_(deps), call_(call) {}

  absl::StatusOr<v1::VerifyLedgerResponse> Run() {
    std::string after;
    for (;;) {
      ASSIGN_OR_RETURN(const auto lines, NextLines(after));
      if (lines.empty()) break;
      RETURN_IF_ERROR(VerifyPage(after, lines));
      after = lines.back().line.head->id;
    }
    RETURN_IF_ERROR(VerifyWhole());
    return std::move(response_);
  }

 private:
  absl::Status Read(const pg::Database::Body& body) {
    return deps_.database.Read(call_.caller.tenant, call_.deadline, body);
  }

  absl::StatusOr<std::vector<store::LineToVerify>> NextLines(const std::string& after) {
    std::vector<store::LineToVerify> lines;
    RETURN_IF_ERROR(Read([&](pg::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(lines, store::LinesToVerify(tx, after, kLinesPerPage));
      return absl::OkStatus();
    }));
    return lines;
  }

  absl::Status VerifyPage(const std::string& after, const std::vector<store::LineToVerify>& lines) {
    std::map<std::string, std::pair<LineFold, int64_t>>
        folds;  // line id → fold, version to fold up to
    for (const store::LineToVerify& line : lines) {
      folds.emplace(line.line.head->id,
                    std::make_pair(LineFold(*line.line.head), line.line.standing.version));
    }
    std::string at_line = after;
    int64_t at_version = after.empty() ? 0 : INT64_MAX;  // all of the last page's last line is done
    const std::string& last = lines.back().line.head->id;
    for (std::vector<Entry> entries;;) {
      RETURN_IF_ERROR(Read([&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(entries,
                         store::EntriesToVerify(tx, at_line, at_version, last, kEntriesPerPage));
        return absl::OkStatus();
      }));
      if (entries.empty()) break;
      for (const Entry& entry : entries) {
        const auto fold = folds.find(entry.line_id);
        if (fold == folds.end() || entry.line_version > fold->second.second) continue;
        fold->second.first.Add(entry);
      }
      at_line = entries.back().line_id;
      at_version = entries.back().line_version;
    }
    for (const store::LineToVerify& line : lines) Compare(line, folds.at(line.line.head->id).first);
    return absl::OkStatus();
  }

  void Compare(const store::LineToVerify& line, const LineFold& fold) {
    response_.set_lines(response_.lines() + 1);
    response_.set_entries(response_.entries() + fold.entries());
    for (const Difference& difference : fold.Differences(line.line.standing, line.records)) {
      Add(response_, difference);
    }
    if (line.last_entry > line.line.standing.version) {
      Add(response_, {line.line.head->id, "L6",
                      "the journal goes on to version " + std::to_string(line.last_entry)});
    }
  }

  // What no single line shows: entries without a line, and pairs of which one side is missing (L4).
  absl::Status VerifyWhole() {
    return Read([&](pg::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(const auto orphans, store::OrphanLines(tx, kDifferencesMax));
      for (const std::string& line_id : orphans) {
        Add(response_, {line_id, "L6", "the journal names a line that does not exist"});
      }
      ASSIGN_OR_RETURN(const auto sums, store::SumPairs(tx));
      for (const store::PairSums& sum : sums) {
        if (sum.transferred_out != sum.transferred_in) {
          Add(response_, {"", "L4",
                          sum.currency + ": transferred out " + sum.transferred_out + ", in " +
                              sum.transferred_in});
        }
        if (sum.allotted_down != sum.allotted_in) {
          Add(response_,
              {"", "L4",
               sum.currency + ": allotted " + sum.allotted_down + ", received " + sum.allotted_in});
        }
      }
      return absl::OkStatus();
    });
  }

  const Deps& deps_;
  const Call& call_;
  v1::VerifyLedgerResponse response_;
};

}  // namespace

absl::StatusOr<v1::VerifyLedgerResponse> VerifyLedger(const Deps& deps, const Call& call,
                                                      const v1::VerifyLedgerRequest&) {
  return Verification(deps, call).Run();
}

}  // namespace fiscus::budget

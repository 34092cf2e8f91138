// One attempt to carry out a group of jobs in one transaction.
//
// Lock the touched lines in order of id → find requests answered before → load reservations,
// encumbrances, profiles → decide each command in turn with the pure core, later ones seeing the
// effects of earlier ones → write everything as arrays. The request records are looked up after the
// locks: a rival that carried out the same request held the same locks, so its record is seen.
// Where locked lines are skipped, the jobs that need one are held back, and the others go on. Use
// once, from one thread; a failed attempt is thrown away and a new Group tries again.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/events/outbox.h"
#include "libs/pg/database.h"
#include "libs/pg/transact.h"
#include "services/budget/domain/book.h"
#include "services/budget/ledger/job.h"
#include "services/budget/store/ledger_store.h"

namespace fiscus::budget {

class Group {
 public:
  // The jobs are of one tenant and outlive the group. `now` becomes the entries' time.
  Group(std::vector<const Job*> jobs, absl::Time now,
        store::OnLocked on_locked = store::OnLocked::kWait);

  // Runs in a transaction of the jobs' tenant, up to but not including the commit. Errors: those of
  // the database; ABORTED when a line stayed locked or all jobs are held back; ABORTED or
  // ALREADY_EXISTS when another transaction was quicker somewhere outside the locks.
  absl::Status Run(pg::Tx& tx);

  // Valid after Run: the answers of each job, in its order, to be given once the transaction has
  // committed; nothing was done for a job that is held back.
  using JobAnswer = absl::StatusOr<std::vector<ItemAnswer>>;
  std::vector<JobAnswer> TakeAnswers() { return std::move(answers_); }
  bool IsHeldBack(size_t job) const { return held_back_[job]; }
  // Without those of jobs that are held back.
  int commands() const { return commands_; }

 private:
  // A request id that was met in this group.
  struct Met {
    RequestKey key;
    const JobAnswer* job = nullptr;  // null: a batch's own id
    size_t item = 0;
  };

  absl::Status Load(pg::Tx& tx);
  absl::Status LoadBesideLines(pg::Tx& tx);
  absl::Status HoldBack(pg::Tx& tx, const std::set<std::string>& lines);
  void DecideJob(const Job& job, JobAnswer& answer);
  bool TakeBatchId(const RequestKey& key);
  ItemAnswer DecideItem(const Job& job, const JobItem& item);
  void DecideBundle(const Job& job, size_t first, size_t end, JobAnswer& answer);
  std::vector<ItemAnswer> RehearseJob(const Job& job) const;
  bool AnsweredBefore(const JobItem& item, ItemAnswer& answer) const;
  bool BundleAnsweredBefore(const Job& job, size_t first, size_t end,
                            std::vector<ItemAnswer>& answers) const;
  ItemAnswer Preview(const Job& job, const JobItem& item, const Outcome& outcome) const;
  ItemAnswer Accept(const Job& job, const JobItem& item, const Decision& decision);
  ItemAnswer Reject(const Job& job, const JobItem& item, const Refusal& refusal);
  void NoteChanges(const Job& job, const JobItem& item, const Decision& decision);
  absl::Status Save(pg::Tx& tx);
  absl::Status SaveLines(pg::Tx& tx);
  absl::Status SaveReservations(pg::Tx& tx);

  const std::vector<const Job*> jobs_;
  const absl::Time now_;
  const store::OnLocked on_locked_;
  std::vector<JobAnswer> answers_;
  std::vector<bool> held_back_;
  int commands_ = 0;

  Book book_;
  std::map<std::string, pg::RequestRecord> recorded_;       // by request id, from the database
  std::map<std::string, Met> met_;                          // by request id, in this group
  std::map<std::string, int64_t> locked_version_;           // by line id
  std::map<std::string, Reservation> loaded_reservations_;  // as they were

  // What the decisions changed.
  std::set<std::string> changed_lines_;
  std::set<std::string> changed_reservations_;
  std::set<std::pair<std::string, std::string>> changed_encumbrances_;  // line, contract
  std::vector<StoredEntry> entries_;
  std::vector<events::CallEvent> events_;
  std::vector<pg::AuditRecord> audit_;
  std::vector<pg::RequestRecord> records_;
};

}  // namespace fiscus::budget

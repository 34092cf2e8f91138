#include "services/budget/ledger/group.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libs/core/status.h"
#include "libs/pg/timer.h"
#include "libs/runtime/failpoint.h"
#include "services/budget/codec/answer.h"
#include "services/budget/codec/convert.h"
#include "services/budget/ledger/expiry.h"
#include "services/budget/store/profile_store.h"

namespace fiscus::budget {
namespace {

std::vector<std::string> ListOf(const std::set<std::string>& values) {
  return {values.begin(), values.end()};
}

bool UsesEncumbrance(CommandKind kind) {
  return kind == CommandKind::kEncumber || kind == CommandKind::kLiquidate ||
         kind == CommandKind::kReserve || kind == CommandKind::kObservedPay;
}

// One past the last item of the bundle that begins at `first`.
size_t BundleEnd(const Job& job, size_t first) {
  const std::string& bundle = job.items[first].bundle;
  size_t end = first + 1;
  if (bundle.empty()) return end;
  while (end < job.items.size() && job.items[end].bundle == bundle) ++end;
  return end;
}

std::vector<Command> CommandsOf(const Job& job, size_t first, size_t end) {
  std::vector<Command> commands;
  for (size_t i = first; i < end; ++i) commands.push_back(job.items[i].command);
  return commands;
}

bool ConcernsRefusalReaders(CommandKind kind) {
  return kind == CommandKind::kReserve || kind == CommandKind::kEncumber;
}

// What the audit record digests of a line: everything that a command can change.
std::string StandingText(const LineStanding& standing) {
  const Balances& b = standing.balances;
  std::string text = "version=" + std::to_string(standing.version) +
                     " state=" + std::to_string(static_cast<int>(standing.state)) +
                     " overspent=" + (standing.overspent ? "1" : "0");
  for (const int64_t bucket :
       {b.approved, b.supplemented, b.reduced, b.transferred_in, b.transferred_out, b.allotted_in,
        b.allotted_down, b.frozen, b.encumbered, b.in_transit, b.paid, b.refunded}) {
    text += " " + std::to_string(bucket);
  }
  return text;
}

}  // namespace

Group::Group(std::vector<const Job*> jobs, absl::Time now, store::OnLocked on_locked)
    : jobs_(std::move(jobs)), now_(now), on_locked_(on_locked), held_back_(jobs_.size()) {
  answers_.reserve(jobs_.size());  // Met points into it
}

absl::Status Group::Run(pg::Tx& tx) {
  RETURN_IF_ERROR(Load(tx));
  if (std::find(held_back_.begin(), held_back_.end(), false) == held_back_.end()) {
    return absl::AbortedError("every job needs a line that is locked");
  }
  for (size_t i = 0; i < jobs_.size(); ++i) {
    answers_.emplace_back(std::vector<ItemAnswer>());
    if (held_back_[i]) continue;
    commands_ += static_cast<int>(jobs_[i]->items.size());
    DecideJob(*jobs_[i], answers_.back());
  }
  RETURN_IF_ERROR(Save(tx));
  failpoint::Reach("budget.ledger.before_commit");
  return absl::OkStatus();
}

absl::Status Group::Load(pg::Tx& tx) {
  std::set<std::string> lines, reservations, requests;
  for (const Job* job : jobs_) {
    if (job->batch.has_value()) requests.insert(job->batch->request_id);
    for (const JobItem& item : job->items) {
      const Command& command = item.command;
      if (!command.line_id.empty()) lines.insert(command.line_id);
      if (!command.counter_line_id.empty()) lines.insert(command.counter_line_id);
      if (command.new_line != nullptr) lines.insert(command.new_line->id);
      if (!command.reservation_id.empty()) reservations.insert(command.reservation_id);
      if (!item.dry_run) requests.insert(item.key.request_id);
    }
  }
  ASSIGN_OR_RETURN(std::vector<Line> locked,
                   store::LockLines(tx, ListOf(lines), ListOf(reservations), on_locked_));
  for (Line& line : locked) {
    locked_version_[line.head->id] = line.standing.version;
    book_.AddLine(std::move(line));
  }
  if (!requests.empty()) {
    ASSIGN_OR_RETURN(std::vector<pg::RequestRecord> found, pg::FindRequests(tx, ListOf(requests)));
    for (pg::RequestRecord& record : found) {
      std::string request_id = record.request_id;
      recorded_[std::move(request_id)] = std::move(record);
    }
  }
  if (!reservations.empty()) {
    ASSIGN_OR_RETURN(const std::vector<Reservation> found,
                     store::LoadReservations(tx, ListOf(reservations)));
    for (const Reservation& reservation : found) {
      loaded_reservations_[reservation.id] = reservation;
      book_.AddReservation(reservation);
    }
  }
  if (on_locked_ == store::OnLocked::kSkip) RETURN_IF_ERROR(HoldBack(tx, lines));
  return LoadBesideLines(tx);
}

// Holds back the jobs that name one of `lines` that is there but not ours, or a reservation of one.
absl::Status Group::HoldBack(pg::Tx& tx, const std::set<std::string>& lines) {
  std::vector<std::string> unlocked;
  for (const std::string& id : lines) {
    if (book_.FindLine(id) == nullptr) unlocked.push_back(id);
  }
  ASSIGN_OR_RETURN(const auto present, store::UnitsOfLines(tx, unlocked));
  const auto locked_elsewhere = [&](const Command& command) {
    const Reservation* reservation = book_.FindReservation(command.reservation_id);
    return present.contains(command.line_id) || present.contains(command.counter_line_id) ||
           (command.new_line != nullptr && present.contains(command.new_line->id)) ||
           (reservation != nullptr && book_.FindLine(reservation->line_id) == nullptr);
  };
  for (size_t i = 0; i < jobs_.size(); ++i) {
    const std::vector<JobItem>& items = jobs_[i]->items;
    held_back_[i] = std::any_of(items.begin(), items.end(), [&](const JobItem& item) {
      return locked_elsewhere(item.command);
    });
  }
  return absl::OkStatus();
}

// What hangs on the lines and reservations: encumbrances, tolerance profiles, codes that new lines
// want.
absl::Status Group::LoadBesideLines(pg::Tx& tx) {
  std::set<std::pair<std::string, std::string>> pairs;
  std::set<std::string> profiles;
  std::set<std::pair<int32_t, std::string>> codes;
  for (const auto& [id, reservation] : loaded_reservations_) {
    if (!reservation.contract_id.empty()) {
      pairs.insert({reservation.line_id, reservation.contract_id});
    }
  }
  for (const auto& [id, line] : book_.lines()) profiles.insert(line.head->tolerance_profile);
  for (const Job* job : jobs_) {
    for (const JobItem& item : job->items) {
      const Command& command = item.command;
      const bool encumbers = UsesEncumbrance(command.kind);
      const bool pooled =
          command.mode == LineMode::kObserved;  // no contract named: one pool a line
      if (encumbers && (pooled || !command.contract_id.empty())) {
        pairs.insert({command.line_id, command.contract_id});
      }
      if (command.new_line == nullptr) continue;
      const Line* parent = book_.FindLine(command.line_id);
      const bool allots = command.kind == CommandKind::kAllot && parent != nullptr;
      codes.insert({allots ? parent->head->fiscal_year : command.new_line->fiscal_year,
                    command.new_line->code});
      profiles.insert(command.new_line->tolerance_profile);
    }
  }
  if (!pairs.empty()) {
    ASSIGN_OR_RETURN(const auto found, store::LoadEncumbrances(tx, {pairs.begin(), pairs.end()}));
    for (const store::ContractEncumbrance& e : found) {
      book_.AddEncumbrance(e.line_id, e.contract_id, e.encumbrance);
    }
  }
  if (!codes.empty()) {
    ASSIGN_OR_RETURN(const auto found, store::FindCodes(tx, {codes.begin(), codes.end()}));
    for (const store::CodeOwner& o : found) book_.AddCode(o.fiscal_year, o.code, o.line_id);
  }
  if (profiles.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<ToleranceProfile> found, store::FindProfiles(tx, ListOf(profiles)));
  for (ToleranceProfile& profile : found) book_.AddProfile(std::move(profile));
  return absl::OkStatus();
}

void Group::DecideJob(const Job& job, JobAnswer& answer) {
  if (job.rehearsal) {
    answer = RehearseJob(job);
    return;
  }
  if (job.batch.has_value() && !TakeBatchId(*job.batch)) {
    answer = pg::RequestIdReused(job.batch->request_id);
    return;
  }
  for (size_t first = 0; first < job.items.size();) {
    const size_t end = BundleEnd(job, first);
    const JobItem& item = job.items[first];
    if (!item.bundle.empty()) {
      DecideBundle(job, first, end, answer);
    } else {
      ItemAnswer item_answer = DecideItem(job, item);
      answer->push_back(std::move(item_answer));
      if (!item.dry_run) {
        met_.try_emplace(item.key.request_id, Met{.key = item.key, .job = &answer, .item = first});
      }
    }
    first = end;
  }
}

// False if the batch's id belongs to another request.
bool Group::TakeBatchId(const RequestKey& key) {
  const auto recorded = recorded_.find(key.request_id);
  if (recorded != recorded_.end()) {
    return recorded->second.method == key.method && recorded->second.digest == key.digest;
  }
  const auto [met, is_new] = met_.try_emplace(key.request_id, Met{.key = key});
  if (!is_new) return met->second.job == nullptr && met->second.key == key;
  records_.push_back({.request_id = key.request_id,
                      .method = key.method,
                      .digest = key.digest,
                      .answer = EncodeBatchMark()});
  return true;
}

std::vector<ItemAnswer> Group::RehearseJob(const Job& job) const {
  Book scratch = book_;
  std::vector<ItemAnswer> answers;
  for (size_t first = 0; first < job.items.size();) {
    const size_t end = BundleEnd(job, first);
    std::vector<ItemAnswer> bundle;
    if (!BundleAnsweredBefore(job, first, end, bundle)) {
      const std::vector<Outcome> outcomes = scratch.ExecuteAll(CommandsOf(job, first, end));
      for (size_t i = first; i < end; ++i) {
        bundle.push_back(Preview(job, job.items[i], outcomes[i - first]));
      }
    }
    std::move(bundle.begin(), bundle.end(), std::back_inserter(answers));
    first = end;
  }
  return answers;
}

ItemAnswer Group::DecideItem(const Job& job, const JobItem& item) {
  if (item.dry_run) return Preview(job, item, book_.Rehearse(item.command));
  ItemAnswer before;
  if (AnsweredBefore(item, before)) return before;
  const Outcome outcome = book_.Execute(item.command);
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return Reject(job, item, *refusal);
  return Accept(job, item, std::get<Decision>(outcome));
}

// Answers the items first..end−1, all carried out or all refused.
void Group::DecideBundle(const Job& job, size_t first, size_t end, JobAnswer& answer) {
  std::vector<ItemAnswer> answers;
  if (BundleAnsweredBefore(job, first, end, answers)) {
    std::move(answers.begin(), answers.end(), std::back_inserter(*answer));
    return;
  }
  const std::vector<Outcome> outcomes = book_.ExecuteAll(CommandsOf(job, first, end));
  for (size_t i = first; i < end; ++i) {
    const JobItem& item = job.items[i];
    const Outcome& outcome = outcomes[i - first];
    const Refusal* refusal = std::get_if<Refusal>(&outcome);
    answer->push_back(refusal != nullptr ? Reject(job, item, *refusal)
                                         : Accept(job, item, std::get<Decision>(outcome)));
    met_.try_emplace(item.key.request_id, Met{.key = item.key, .job = &answer, .item = i});
  }
}

ItemAnswer Group::Preview(const Job& job, const JobItem& item, const Outcome& outcome) const {
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) {
    return {.response = ToStatus(*refusal)};
  }
  const Decision& decision = std::get<Decision>(outcome);
  return {.response = ToResponse(
              decision, StoredEntriesOf(decision, now_, item.key.request_id, job.call.Actor()))};
}

// True if the request has an answer already, in the database or earlier in this group; or if its id
// belongs to another request.
bool Group::AnsweredBefore(const JobItem& item, ItemAnswer& answer) const {
  const RequestKey& key = item.key;
  if (const auto recorded = recorded_.find(key.request_id); recorded != recorded_.end()) {
    const bool same =
        recorded->second.method == key.method && recorded->second.digest == key.digest;
    answer.response = same
                          ? DecodeAnswer(recorded->second.answer)
                          : absl::StatusOr<v1::LedgerResponse>(pg::RequestIdReused(key.request_id));
    answer.replayed = same;
    return true;
  }
  if (const auto met = met_.find(key.request_id); met != met_.end()) {
    const bool same = met->second.job != nullptr && met->second.key == key;
    answer.response = same
                          ? (**met->second.job)[met->second.item].response
                          : absl::StatusOr<v1::LedgerResponse>(pg::RequestIdReused(key.request_id));
    answer.replayed = same;
    return true;
  }
  return false;
}

// The same for the items first..end−1. They are known all or none, since their digests cover all of
// them; where one id belongs to another request or stands twice, none of them is carried out.
bool Group::BundleAnsweredBefore(const Job& job, size_t first, size_t end,
                                 std::vector<ItemAnswer>& answers) const {
  std::set<std::string> ids;
  size_t replayed = 0;
  std::string reused;  // an id that cannot be used again
  for (size_t i = first; i < end; ++i) {
    const std::string& request_id = job.items[i].key.request_id;
    ItemAnswer answer;
    const bool known = AnsweredBefore(job.items[i], answer);
    if (known && answer.replayed) ++replayed;
    if (known || !ids.insert(request_id).second) reused = request_id;
    answers.push_back(std::move(answer));
  }
  if (replayed == end - first) return true;
  if (reused.empty()) {
    answers.clear();
    return false;
  }
  answers.assign(end - first, {.response = pg::RequestIdReused(reused)});
  return true;
}

ItemAnswer Group::Accept(const Job& job, const JobItem& item, const Decision& decision) {
  const std::vector<StoredEntry> entries =
      StoredEntriesOf(decision, now_, item.key.request_id, job.call.Actor());
  ItemAnswer answer{.response = ToResponse(decision, entries)};
  records_.push_back({.request_id = item.key.request_id,
                      .method = item.key.method,
                      .digest = item.key.digest,
                      .answer = EncodeAnswer(*answer.response)});
  for (size_t i = 0; i < entries.size(); ++i) {
    const Line& line =
        decision.postings[i].on_counter_line ? *decision.counter_line : decision.line;
    events_.push_back(
        {&job.call, events::MakeEvent(LineAggregate(line.head->id), line.head->project_id,
                                      EntryPostedOf(decision, i, entries[i]))});
  }
  entries_.insert(entries_.end(), entries.begin(), entries.end());
  NoteChanges(job, item, decision);
  return answer;
}

void Group::NoteChanges(const Job& job, const JobItem& item, const Decision& decision) {
  const std::string& line_id = decision.line.head->id;
  for (const Posting& posting : decision.postings) changed_lines_.insert(posting.entry.line_id);
  if (decision.encumbrance.has_value()) {
    changed_encumbrances_.insert({line_id, decision.contract_id});
  }
  if (decision.reservation_changed) changed_reservations_.insert(decision.reservation->id);
  const bool over = decision.encumbrance.has_value() && decision.encumbrance->over;
  if (decision.postings.empty() && !decision.reservation_changed && !over) return;
  Call call = job.call;
  call.request_id = item.key.request_id;
  call.method = item.key.method;
  const bool of_line = !decision.postings.empty() || over;
  audit_.push_back(
      {.call = std::move(call),
       .subject = of_line ? LineAggregate(line_id) : "reservations/" + decision.reservation->id,
       .before = decision.line_is_new ? "" : StandingText(decision.before),
       .after = StandingText(decision.line.standing) +
                (over ? " contract_over=" + decision.contract_id : "")});
}

ItemAnswer Group::Reject(const Job& job, const JobItem& item, const Refusal& refusal) {
  records_.push_back({.request_id = item.key.request_id,
                      .method = item.key.method,
                      .digest = item.key.digest,
                      .answer = EncodeAnswer(refusal)});
  const Line* line = book_.FindLine(item.command.line_id);
  if (ConcernsRefusalReaders(item.command.kind) && line != nullptr &&
      line->head->mode == LineMode::kControlled) {
    events_.push_back(
        {&job.call, events::MakeEvent(RefusalAggregate(line->head->id), line->head->project_id,
                                      CommandRefusedOf(*line, item.command, refusal))});
  }
  return {.response = ToStatus(refusal)};
}

absl::Status Group::Save(pg::Tx& tx) {
  RETURN_IF_ERROR(SaveLines(tx));
  RETURN_IF_ERROR(SaveReservations(tx));
  if (!entries_.empty()) RETURN_IF_ERROR(store::InsertEntries(tx, entries_, now_));
  if (!events_.empty()) RETURN_IF_ERROR(events::AppendGroup(tx, events_).status());
  if (!audit_.empty()) RETURN_IF_ERROR(pg::InsertAudit(tx, audit_));
  if (!records_.empty()) RETURN_IF_ERROR(pg::InsertRequests(tx, records_, now_));
  return absl::OkStatus();
}

absl::Status Group::SaveLines(pg::Tx& tx) {
  std::vector<Line> made;
  std::vector<store::LineChange> changes;
  for (const std::string& id : changed_lines_) {
    const Line& line = *book_.FindLine(id);
    const auto locked = locked_version_.find(id);
    if (locked == locked_version_.end()) {
      made.push_back(line);
    } else {
      changes.push_back({.line_id = id, .from_version = locked->second, .standing = line.standing});
    }
  }
  if (!made.empty()) RETURN_IF_ERROR(store::InsertLines(tx, made, now_));
  if (!changes.empty()) RETURN_IF_ERROR(store::UpdateLines(tx, changes));
  std::vector<store::ContractEncumbrance> encumbrances;
  for (const auto& [line_id, contract_id] : changed_encumbrances_) {
    encumbrances.push_back({.line_id = line_id,
                            .contract_id = contract_id,
                            .encumbrance = book_.EncumbranceOf(line_id, contract_id)});
  }
  return encumbrances.empty() ? absl::OkStatus() : store::SaveEncumbrances(tx, encumbrances);
}

absl::Status Group::SaveReservations(pg::Tx& tx) {
  std::vector<Reservation> made;
  std::vector<store::ReservationChange> changes;
  std::vector<pg::DueSubject> due;
  std::vector<std::string> settled;
  for (const std::string& id : changed_reservations_) {
    const Reservation& now = *book_.FindReservation(id);
    const bool expires = now.expires_at != absl::InfiniteFuture();
    const auto before = loaded_reservations_.find(id);
    if (before == loaded_reservations_.end()) {
      made.push_back(now);
      if (expires) due.push_back({.subject = id, .due_at = now.expires_at});
      continue;
    }
    changes.push_back({.reservation = now,
                       .from_state = before->second.state,
                       .from_refunded = before->second.refunded});
    if (!expires && before->second.expires_at != absl::InfiniteFuture()) settled.push_back(id);
  }
  if (!made.empty()) RETURN_IF_ERROR(store::InsertReservations(tx, made, now_));
  if (!changes.empty()) RETURN_IF_ERROR(store::UpdateReservations(tx, changes));
  if (!due.empty()) RETURN_IF_ERROR(pg::ScheduleTimers(tx, kExpiryTimer, due));
  if (!settled.empty()) RETURN_IF_ERROR(pg::CancelTimers(tx, kExpiryTimer, settled));
  return absl::OkStatus();
}

}  // namespace fiscus::budget

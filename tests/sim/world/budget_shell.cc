#include "tests/sim/world/budget_shell.h"

#include <algorithm>
#include <utility>

#include "tests/sim/world/budget_words.h"

namespace fiscus::sim {
namespace {

constexpr int kOpenMax = 3;
constexpr size_t kGroupMax = 3;
constexpr int64_t kRetryMs = 20;

const std::string kReused = "REQUEST_ID_REUSED";

}  // namespace

void BudgetShell::Crash() {
  waiting_.clear();
  locked_.clear();
  open_ = 0;
  awake_ = false;
}

void BudgetShell::Restart() {
  if (bugs_.Has(Bug::kExpiryTimerLost)) return;
  for (const auto& [reservation, at_ms] : durable_timers_) SetTimer(reservation, at_ms);
}

void BudgetShell::SetTimer(const std::string& reservation, int64_t at_ms) {
  const int64_t delay_ms = std::max<int64_t>(1, at_ms - kernel_.now_ms());
  kernel_.After(*this, delay_ms, "timer: expire " + reservation, [this, reservation] {
    if (!durable_timers_.contains(reservation)) return;
    Receive("expire:" + reservation, {.kind = "EXPIRE", .reservation = reservation}, 0,
            [](const trace::Answer& /*answer*/) {});
  });
}

void BudgetShell::Receive(const std::string& request_id, const trace::LedgerCommand& command,
                          int64_t expires_ms, Reply reply) {
  trace::LedgerCommand asked = command;
  asked.expires = expires_ms > 0;
  auditor_.OnIssue(request_id, asked);
  waiting_.push_back({request_id, std::move(asked), expires_ms, std::move(reply)});
  Wake(1);
}

void BudgetShell::Wake(int64_t delay_ms) {
  if (awake_) return;
  awake_ = true;
  kernel_.After(*this, delay_ms, "budget begins", [this] {
    awake_ = false;
    Begin();
  });
}

std::string BudgetShell::ReservationState(const std::string& id) const {
  const budget::Reservation* found = durable_.FindReservation(id);
  return found == nullptr ? "" : std::string(StateName(found->state));
}

std::set<std::string> BudgetShell::LocksOf(const Job& job) const {
  const trace::LedgerCommand& c = job.command;
  std::set<std::string> locks = {"request " + job.request_id};
  if (!c.line.empty()) locks.insert(c.line);
  if (!c.counter.empty()) locks.insert(c.counter);
  if (const auto* hold = durable_.FindReservation(c.reservation)) locks.insert(hold->line_id);
  return locks;
}

void BudgetShell::Begin() {
  if (open_ >= kOpenMax || waiting_.empty()) return;
  auto tx = std::make_shared<Tx>();
  std::set<std::string> taken = locked_;  // with those of older jobs that still wait
  for (auto it = waiting_.begin(); it != waiting_.end() && tx->jobs.size() < kGroupMax;) {
    const std::set<std::string> locks = LocksOf(*it);
    const bool held = std::any_of(locks.begin(), locks.end(), [&](const std::string& lock) {
      const bool request = lock.starts_with("request ");
      return taken.contains(lock) && (request || !bugs_.Has(Bug::kReserveUnlocked));
    });
    taken.insert(locks.begin(), locks.end());
    if (held) {
      ++it;
      continue;
    }
    tx->locks.insert(locks.begin(), locks.end());
    tx->jobs.push_back(std::move(*it));
    it = waiting_.erase(it);
  }
  if (tx->jobs.empty()) return;
  ++open_;
  locked_.insert(tx->locks.begin(), tx->locks.end());
  tx->commit.began = commits_;
  // Reservations are read after the lines are locked; one may appear in between.
  const std::string label = "budget decides for " + tx->jobs[0].request_id;
  kernel_.After(*this, kernel_.Pick(label, 1, 6), label, [this, tx] { DecideAll(tx); });
  Wake(1);
}

void BudgetShell::DecideAll(const std::shared_ptr<Tx>& tx) {
  for (const Job& job : tx->jobs) Load(job, *tx);
  for (const Job& job : tx->jobs) tx->answers.push_back(Decide(job, *tx));
  if (bugs_.Has(Bug::kAnswerBeforeCommit)) {
    for (size_t i = 0; i < tx->jobs.size(); ++i) tx->jobs[i].reply(tx->answers[i]);
  }
  const std::string label = "budget commits " + std::to_string(++transactions_);
  kernel_.After(*this, kernel_.Pick(tx->jobs[0].request_id + label, 1, 40), label,
                [this, tx] { Commit(*tx); });
}

void BudgetShell::Load(const Job& job, Tx& tx) {
  const trace::LedgerCommand& c = job.command;
  std::string line_id = c.line;
  std::string contract = c.contract;
  if (const budget::Reservation* hold = durable_.FindReservation(c.reservation)) {
    tx.book.AddReservation(*hold);
    tx.loaded_holds.insert(c.reservation);
    if (line_id.empty()) {
      line_id = hold->line_id;
      contract = hold->contract_id;
    }
  }
  for (const std::string& id : {line_id, c.counter}) {
    const budget::Line* line = tx.locks.contains(id) ? durable_.FindLine(id) : nullptr;
    if (line != nullptr) tx.book.AddLine(*line);
  }
  tx.book.AddEncumbrance(line_id, contract, durable_.EncumbranceOf(line_id, contract));
  const int shift = bugs_.Has(Bug::kToleranceOffByOne) ? 1 : 0;
  budget::ToleranceProfile profile = ProfileOf(9500);
  for (budget::ToleranceLimit& limit : profile.limits) limit.usage_bp += shift;
  tx.book.AddProfile(profile);
}

trace::Answer BudgetShell::Decide(const Job& job, Tx& tx) {
  const std::string body = job.command.Body();
  if (const auto known = durable_requests_.find(job.request_id); known != durable_requests_.end()) {
    const bool same = known->second.body == body || bugs_.Has(Bug::kOtherBodyAnswered);
    return {job.request_id, body, same ? known->second.reason : kReused};
  }
  budget::Command command = CommandOf(job.command, kernel_.now_ms());
  if (job.expires_ms > 0) command.expires_at = absl::FromUnixMillis(job.expires_ms);
  const budget::Outcome outcome = ExecuteWithBug(command, tx);
  trace::Answer answer{job.request_id, body, ""};
  if (const auto* refusal = std::get_if<budget::Refusal>(&outcome)) {
    answer.reason = std::string(budget::ReasonName(refusal->reason));
    const bool waved = bugs_.Has(Bug::kMissingLineWaved) && answer.reason == "LINE_NOT_FOUND";
    if (waved) answer.reason.clear();
    if (!waved) Reject(job, *refusal, tx);
  } else {
    Accept(job, std::get<budget::Decision>(outcome), tx);
  }
  tx.commit.requests.push_back(answer);
  return answer;
}

void BudgetShell::AddRow(trace::Fact fact, Tx& tx) {
  fact.id = fact.aggregate + "#" + std::to_string(fact.sequence);
  tx.commit.outbox.push_back(fact);
  const int64_t id = outbox_.TakeId();
  if (bugs_.Has(Bug::kOutboxBeforeCommit)) outbox_.Commit(id, fact);
  tx.rows.emplace_back(id, std::move(fact));
}

void BudgetShell::Accept(const Job& job, const budget::Decision& decision, Tx& tx) {
  for (const budget::Posting& posting : decision.postings) {
    const budget::Line& line = posting.on_counter_line ? *decision.counter_line : decision.line;
    tx.commit.entries.push_back(EntryOf(posting.entry, job.request_id));
    tx.changed_lines.insert(line.head->id);
    const trace::Standing s = StandingOf(line.head->id, posting.after);
    AddRow({.kind = "ENTRY",
            .key = line.head->project_id,
            .aggregate = "budget-lines/" + line.head->id,
            .sequence = posting.entry.line_version,
            .project = line.head->project_id,
            .line = line.head->id,
            .contract = posting.entry.contract_id,
            .currency = line.head->currency,
            .authorised = s.authorised,
            .encumbered = s.encumbered,
            .in_transit = s.in_transit,
            .paid = s.paid,
            .refunded = s.refunded,
            .day = DayNumber(posting.entry.effective_date)},
           tx);
  }
  const std::string& line_id = decision.line.head->id;
  if (decision.encumbrance.has_value()) {
    tx.changed_encumbrances.insert({line_id, decision.contract_id});
  }
  if (decision.reservation_changed) tx.changed_holds.insert(decision.reservation->id);
  const bool over = decision.encumbrance.has_value() && decision.encumbrance->over;
  const bool changes = !decision.postings.empty() || decision.reservation_changed || over;
  const bool forgotten = bugs_.Has(Bug::kAuditMissing) && job.command.kind == "VOID";
  if (changes && !forgotten) ++tx.commit.audits;
}

void BudgetShell::Reject(const Job& job, const budget::Refusal& refusal, Tx& tx) {
  const trace::LedgerCommand& c = job.command;
  const budget::Line* line = tx.book.FindLine(c.line);
  const bool concerns = c.kind == "RESERVE" || c.kind == "ENCUMBER";
  if (!concerns || line == nullptr || line->head->mode != budget::LineMode::kControlled) return;
  auto [last, is_new] = tx.refusals.try_emplace(c.line, 0);
  if (is_new) last->second = durable_refusals_[c.line];
  using budget::Reason;
  const bool over = refusal.reason == Reason::kExceedsAvailable ||
                    refusal.reason == Reason::kExceedsEncumbrance ||
                    refusal.reason == Reason::kToleranceBlock;
  AddRow({.kind = "REFUSED",
          .key = line->head->project_id,
          .aggregate = "refusals/" + c.line,
          .sequence = ++last->second,
          .project = line->head->project_id,
          .line = c.line,
          .usage_bp = refusal.usage_bp,
          .asked = c.contract.empty() || c.kind == "ENCUMBER" ? c.amount : 0,
          .over_budget = over,
          .day = DayNumber(DateAt(kernel_.now_ms()))},
         tx);
}

void BudgetShell::Commit(Tx& tx) {
  --open_;
  for (const std::string& lock : tx.locks) locked_.erase(lock);
  Wake(1);
  // Another transaction made the same reservation meanwhile: the key is unique.
  const bool taken =
      std::any_of(tx.changed_holds.begin(), tx.changed_holds.end(), [&](const std::string& id) {
        return !tx.loaded_holds.contains(id) && durable_.FindReservation(id) != nullptr;
      });
  if (taken || kernel_.Happens(FaultKind::kAbort, tx.jobs[0].request_id)) return Retry(tx);
  Save(tx);
  auditor_.OnLedger(tx.commit);
  if (bugs_.Has(Bug::kAnswerBeforeCommit)) return;
  for (size_t i = 0; i < tx.jobs.size(); ++i) tx.jobs[i].reply(tx.answers[i]);
}

void BudgetShell::Retry(Tx& tx) {
  for (Job& job : tx.jobs) waiting_.push_back(std::move(job));
  awake_ = false;
  Wake(kRetryMs);
}

void BudgetShell::Save(Tx& tx) {
  ++commits_;
  for (const std::string& id : tx.changed_lines) {
    const budget::Line& line = *tx.book.FindLine(id);
    durable_.AddLine(line);
    tx.commit.lines.push_back(StandingOf(id, line.standing));
  }
  for (const auto& [line, contract] : tx.changed_encumbrances) {
    const budget::Encumbrance encumbrance = tx.book.EncumbranceOf(line, contract);
    durable_.AddEncumbrance(line, contract, encumbrance);
    tx.commit.encumbrances[{line, contract}] = encumbrance.open;
  }
  for (const std::string& id : tx.changed_holds) {
    const budget::Reservation& hold = *tx.book.FindReservation(id);
    durable_.AddReservation(hold);
    tx.commit.holds.push_back(HoldOf(hold));
    const bool expires = hold.expires_at != absl::InfiniteFuture();
    if (!expires && !bugs_.Has(Bug::kExpiresConfirmed)) durable_timers_.erase(id);
    if (!expires || durable_timers_.contains(id)) continue;
    durable_timers_[id] = absl::ToUnixMillis(hold.expires_at);
    SetTimer(id, durable_timers_[id]);
  }
  for (const auto& [line, last] : tx.refusals) durable_refusals_[line] = last;
  if (bugs_.Has(Bug::kJournalRewritten) && tx.commit.entries.size() == 1 &&
      tx.commit.entries[0].operation == "REFUND") {
    tx.commit.entries.push_back(tx.commit.entries[0]);
    tx.commit.entries.back().version = 1;
  }
  const bool late_rows = bugs_.Has(Bug::kOutboxAfterCommit);
  if (late_rows) tx.commit.outbox.clear();
  if (!bugs_.Has(Bug::kOutboxBeforeCommit) && !late_rows) {
    for (const auto& [id, fact] : tx.rows) outbox_.Commit(id, fact);
  }
  if (late_rows) {
    kernel_.After(*this, 10, "outbox rows follow", [this, rows = tx.rows] {
      for (const auto& [id, fact] : rows) outbox_.Commit(id, fact);
    });
  }
  const auto record = [this](const std::vector<trace::Answer>& answers) {
    for (const trace::Answer& a : answers) durable_requests_[a.request_id] = {a.body, a.reason};
  };
  if (bugs_.Has(Bug::kRequestForgotten)) return;
  if (bugs_.Has(Bug::kRequestApart)) {
    kernel_.After(*this, 30, "request records follow",
                  [record, answers = tx.commit.requests] { record(answers); });
    return;
  }
  record(tx.commit.requests);
}

}  // namespace fiscus::sim

#include "tests/sim/auditor/auditor.h"

#include <algorithm>

namespace fiscus::sim::audit {

void Auditor::Must(bool holds, const std::string& what) {
  ++checks_;
  if (!holds && failure_.empty()) failure_ = what;
}

void Auditor::OnIssue(const std::string& request_id, const trace::LedgerCommand& command) {
  issued_[{request_id, command.Body()}] = command;
}

void Auditor::OnAsk(const std::string& request_id, const std::string& body) {
  asked_[request_id] = body;
}

void Auditor::OnAnswer(const trace::Answer& answer) {
  asked_.erase(answer.request_id);
  const auto recorded = recorded_.find(answer.request_id);
  const bool known = recorded != recorded_.end();
  Must(known, "answered before anything was committed: " + answer.request_id);
  if (!known) return;
  const bool same = recorded->second.body == answer.body;
  Must(same ? answer.reason == recorded->second.reason : answer.reason == "REQUEST_ID_REUSED",
       "the answer is not what was recorded for this request: " + answer.request_id);
}

void Auditor::Record(const trace::Answer& answer) {
  const bool is_new = recorded_.emplace(answer.request_id, answer).second;
  Must(is_new, "one request had two effects: " + answer.request_id);
}

void Auditor::Publish(const std::vector<trace::Fact>& outbox) {
  for (const trace::Fact& fact : outbox) {
    int64_t& last = committed_sequence_[fact.aggregate];
    Must(fact.sequence == last + 1, "the outbox has a gap or a repeat: " + fact.id);
    last = fact.sequence;
    committed_[fact.id] = fact;
  }
}

// ---- ledger ----

void Auditor::CheckDecision(const trace::Answer& answer, const trace::LedgerCommit& commit) {
  const auto issued = issued_.find({answer.request_id, answer.body});
  Must(issued != issued_.end(), "a command was carried out that nobody sent: " + answer.body);
  if (issued == issued_.end()) return;
  const trace::LedgerCommand& command = issued->second;
  const auto effect = ledger_.Judge(command);
  const bool accepted = answer.reason.empty();
  Must(!(accepted && !effect.has_value()), "carried out, but must be refused: " + answer.body);
  // Whoever looked for the reservation before it was made may say that it is not there.
  const bool too_early = answer.reason == "RESERVATION_NOT_FOUND" &&
                         ledger_.MadeAfter(command.reservation, commit.began);
  Must(accepted || !effect.has_value() || too_early,
       "refused as " + answer.reason + ", but must be carried out: " + answer.body);
  if (!accepted || !effect.has_value()) return;
  std::vector<trace::Entry> entries;
  for (const trace::Entry& e : commit.entries) {
    if (e.request_id == answer.request_id) entries.push_back(e);
  }
  Must(entries.size() == effect->size(), "L1: wrong number of entries: " + answer.body);
  for (size_t i = 0; i < std::min(entries.size(), effect->size()); ++i) {
    const trace::Entry& is = entries[i];
    const Expected& must = (*effect)[i];
    const LineModel* line = ledger_.Find(is.line);
    const int64_t version = line == nullptr ? 0 : line->version;
    Must(is.line == must.line && is.operation == must.operation && is.amount == must.amount &&
             is.debit == must.debit && is.credit == must.credit,
         "L1: the entry is not the command's: " + answer.body + " → " + is.operation + " " +
             std::to_string(is.amount));
    Must(is.version == version + 1 || i > 0, "L5/L6: the journal has a gap or was rewritten");
  }
  const std::string wrong = ledger_.Take(command, *effect);
  Must(wrong.empty(), wrong + ": " + answer.body);
}

void Auditor::CheckStored(const trace::LedgerCommit& commit) {
  for (const trace::Standing& s : commit.lines) {
    const LineModel* line = ledger_.Find(s.line);
    if (line == nullptr) return Must(false, "a line is stored that was never approved");
    const bool same = s.version == line->version && s.authorised == line->authorised &&
                      s.frozen == line->frozen && s.encumbered == line->encumbered &&
                      s.in_transit == line->in_transit && s.paid == line->paid &&
                      s.refunded == line->refunded;
    Must(same, "L6: the stored balances are not the fold of the journal: " + s.line);
  }
  for (const trace::Hold& h : commit.holds) {
    const auto it = ledger_.holds().find(h.id);
    const bool same = it != ledger_.holds().end() && it->second.state == h.state &&
                      it->second.amount == h.amount && it->second.posted == h.posted &&
                      it->second.refunded == h.refunded;
    Must(same, "L3: the stored reservation is not what its commands made it: " + h.id);
  }
  for (const auto& [key, open] : commit.encumbrances) {
    Must(open >= 0 && ledger_.Open(key.first, key.second) == open,
         "the open encumbrance is wrong: " + key.first + " " + key.second);
  }
}

void Auditor::OnLedger(const trace::LedgerCommit& commit) {
  int carried_out = 0;
  ledger_.NextCommit();
  for (const trace::Answer& answer : commit.requests) {
    Record(answer);
    const int64_t before = static_cast<int64_t>(ledger_.holds().size());
    CheckDecision(answer, commit);
    const bool posted =
        std::any_of(commit.entries.begin(), commit.entries.end(),
                    [&](const trace::Entry& e) { return e.request_id == answer.request_id; });
    if (posted || static_cast<int64_t>(ledger_.holds().size()) > before) ++carried_out;
  }
  for (const trace::Entry& e : commit.entries) {
    Must(recorded_.contains(e.request_id), "an entry without its request: " + e.request_id);
  }
  CheckStored(commit);
  Must(commit.audits >= carried_out, "a write left no audit record");
  size_t entries = 0;
  for (const trace::Fact& fact : commit.outbox) {
    if (fact.kind != "ENTRY") continue;
    const bool fits = entries < commit.entries.size() &&
                      commit.entries[entries].line == fact.line &&
                      commit.entries[entries].version == fact.sequence;
    Must(fits, "the outbox holds an event of no entry: " + fact.id);
    ++entries;
  }
  Must(entries == commit.entries.size(), "an entry was committed without its event");
  Publish(commit.outbox);
}

// ---- payments ----

namespace {

const std::map<std::string, std::set<std::string>>& NextStates() {
  static const std::map<std::string, std::set<std::string>> kNext = {
      {"UNSPECIFIED", {"SUBMITTING", "REFUSED"}},
      {"SUBMITTING", {"SUBMITTED", "REFUSED"}},
      {"SUBMITTED", {"UNIT_APPROVED", "RETURNED", "WITHDRAWN", "EXPIRED"}},
      {"UNIT_APPROVED", {"FINANCE_APPROVED", "RETURNED", "WITHDRAWN", "EXPIRED"}},
      {"FINANCE_APPROVED", {"ORDERED", "RETURNED", "WITHDRAWN", "EXPIRED"}},
      {"ORDERED", {"SENT", "EXPIRED"}},
      {"SENT", {"UNKNOWN", "ACCEPTED", "CLEARED", "BANK_REJECTED"}},
      {"UNKNOWN", {"SENT", "ACCEPTED", "CLEARED", "BANK_REJECTED"}},
      {"ACCEPTED", {"CLEARED", "BANK_REJECTED"}},
      {"CLEARED", {"RECEIPTED", "REFUNDED"}},
      {"RECEIPTED", {"REFUNDED"}},
      {"BANK_REJECTED", {"RETURNED"}}};
  return kNext;
}

}  // namespace

void Auditor::CheckPayment(const trace::PaymentRow& row) {
  const auto known = payments_.find(row.id);
  const bool is_new = known == payments_.end();
  const std::string first = row.path.empty() ? "" : row.path[0];
  Must(is_new ? first == "UNSPECIFIED" || first == "SUBMITTING" : first != "UNSPECIFIED",
       "a payment appears or begins anew: " + row.id);
  for (size_t i = 1; i < row.path.size(); ++i) {
    const std::string& from = row.path[i - 1];
    const auto next = NextStates().find(from);
    const bool legal =
        from == row.path[i] || (next != NextStates().end() && next->second.contains(row.path[i]));
    Must(legal, "no such step: " + from + " → " + row.path[i] + " of " + row.id);
  }
  if (first == "SUBMITTING" && row.state == "SUBMITTED") {
    const auto reserved = recorded_.find("reserve:" + row.id);
    Must(reserved != recorded_.end() && reserved->second.reason.empty(),
         "submitted, though the ledger never said yes: " + row.id);
  }
  std::set<std::string> people;
  int roles = 0;
  for (const std::string& person :
       {row.maker, row.unit_approver, row.finance_approver, row.signer}) {
    if (person.empty()) continue;
    people.insert(person);
    ++roles;
  }
  Must(static_cast<int>(people.size()) == roles, "Y4: one person in two roles: " + row.id);
  Must(row.refunded >= 0 && row.refunding >= 0 && row.cleared <= row.amount &&
           row.refunded <= row.cleared,
       "Y8: refunds ≤ cleared ≤ amount: " + row.id);
  if (!is_new) {
    const trace::PaymentRow& before = known->second.row;
    Must(row.amount == before.amount && row.line == before.line && row.maker == before.maker &&
             (before.signer.empty() || row.signer == before.signer),
         "Y1: what was asked or signed has changed: " + row.id);
    Must(row.path.empty() || row.path[0] == before.state, "a step from another state: " + row.id);
    Must(row.cleared >= before.cleared && row.refunded >= before.refunded,
         "a payment forgot money: " + row.id);
  }
  payments_[row.id].row = row;
}

void Auditor::OnPayments(const trace::PaymentCommit& commit) {
  for (const trace::Answer& answer : commit.requests) {
    Record(answer);
    const std::string what = "REFUND|";
    if (answer.reason.empty() && answer.body.starts_with(what)) {
      refunded_by_hand_.insert(
          answer.body.substr(what.size(), answer.body.find('|', what.size()) - what.size()));
    }
  }
  for (const std::string& event : commit.bank_events) {
    Must(bank_events_.insert(event).second, "a bank event was applied twice: " + event);
  }
  for (const trace::PaymentRow& row : commit.payments) CheckPayment(row);
  Publish(commit.outbox);
}

void Auditor::OnBank(const std::string& payment, const std::string& what, int64_t amount) {
  BankBook& book = bank_[payment];
  if (what == "TAKEN") {
    Must(++book.taken == 1, "Y1: the bank was told to pay twice: " + payment);
    const auto hold = ledger_.holds().find(payment);
    Must(hold != ledger_.holds().end() && hold->second.state == "PENDING" &&
             !hold->second.expires && hold->second.amount == amount,
         "L8: the bank pays what the ledger does not hold: " + payment);
  }
  if (what == "PAID") book.paid += amount;
  if (what == "BACK") book.back += amount;
}

// ---- alerts ----

namespace {

const std::map<std::string, std::set<std::string>>& NextAlertStates() {
  static const std::map<std::string, std::set<std::string>> kNext = {
      {"RAISED", {"ACKNOWLEDGED", "AUTO_RESOLVED"}},
      {"ACKNOWLEDGED", {"VERIFYING", "AUTO_RESOLVED"}},
      {"VERIFYING", {"DISMISSED", "RECTIFYING", "AUTO_RESOLVED"}},
      {"RECTIFYING", {"SUBMITTED"}},
      {"SUBMITTED", {"VERIFIED", "RECTIFYING"}},
      {"VERIFIED", {"CLOSED"}},
      {"DISMISSED", {"RAISED"}},
      {"CLOSED", {"RAISED"}},
      {"AUTO_RESOLVED", {"RAISED"}}};
  return kNext;
}

bool IsOpen(const std::string& state) {
  return state != "DISMISSED" && state != "CLOSED" && state != "AUTO_RESOLVED";
}

}  // namespace

void Auditor::CheckAlert(const trace::AlertRow& row) {
  std::map<int, trace::AlertRow>& all = alerts_[row.fingerprint];
  const auto known = all.find(row.ordinal);
  const int64_t before = known == all.end() ? 0 : known->second.version;
  Must(row.version == before + 1, "A1: an alert's version has a gap: " + row.fingerprint);
  Must(known != all.end() || row.ordinal == static_cast<int>(all.size()) + 1,
       "A1: an alert's ordinal has a gap: " + row.fingerprint);
  for (size_t i = 1; i < row.path.size(); ++i) {
    const std::string& from = row.path[i - 1];
    const bool legal = from == row.path[i] || NextAlertStates().at(from).contains(row.path[i]);
    Must(legal, "no such step: " + from + " → " + row.path[i]);
  }
  Must(row.state != "AUTO_RESOLVED" || row.path.back() != row.state || row.severity <= 2,
       "an alert graver than YELLOW resolved itself: " + row.fingerprint);
  Must(!row.dismissed_by_own_unit, "A2: a unit dismissed its own alert: " + row.fingerprint);
  all[row.ordinal] = row;
  const auto open = std::count_if(all.begin(), all.end(),
                                  [](const auto& one) { return IsOpen(one.second.state); });
  Must(open <= 1, "two open alerts of one fingerprint: " + row.fingerprint);
}

void Auditor::OnAlerts(const trace::AlertCommit& commit) {
  for (const trace::Answer& answer : commit.requests) Record(answer);
  for (const std::string& id : commit.evidence) {
    Must(warnings_.contains(id), "evidence of a warning that was never given: " + id);
    Must(evidence_.insert(id).second, "a warning was taken twice: " + id);
  }
  for (const trace::AlertRow& row : commit.alerts) CheckAlert(row);
  if (commit.closed_day != 0) {
    Must(commit.closed_day > closed_day_, "a day was closed that lies behind");
    closed_day_ = commit.closed_day;
  }
  Publish(commit.outbox);
}

// ---- the log ----

void Auditor::OnFact(int partition, const trace::Fact& fact) {
  const auto committed = committed_.find(fact.id);
  Must(committed != committed_.end() && committed->second == fact,
       "the log holds an event that was not committed: " + fact.id);
  int64_t& last = seen_[partition][fact.aggregate];
  Must(fact.sequence <= last + 1, "an event overtook an earlier one: " + fact.id);
  last = std::max(last, fact.sequence);
  topic_[partition].push_back(fact);
}

void Auditor::OnWarning(int /*partition*/, const trace::Fact& fact) {
  const auto [known, is_new] = warnings_.emplace(fact.id, fact);
  Must(known->second == fact, "one warning has two contents: " + fact.id);
  if (!is_new) return;
  int64_t& last = warning_sequence_[fact.aggregate];
  Must(fact.sequence == last + 1, "warnings have a gap or came in another order: " + fact.id);
  last = std::max(last, fact.sequence);
  warnings_in_order_.push_back(fact);
}

}  // namespace fiscus::sim::audit

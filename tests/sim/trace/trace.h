// What the simulated parts let the auditor see: plain values, no type of the product.
//
// The world fills them at each commit, append and answer; the auditor has nothing else to judge by.
// Amounts are minor units, times milliseconds since the start of the run, days since 1970-01-01.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fiscus::sim::trace {

// A ledger command as its sender meant it; `kind` is the command's name, e.g. "RESERVE".
struct LedgerCommand {
  std::string kind, line, counter, reservation, contract, project, currency;
  int64_t amount = 0;
  int64_t expected_version = 0;
  bool observed = false;
  bool expires = false;  // RESERVE: may expire by itself
  int block_bp = 0;      // APPROVE: usage above which the new line's profile blocks
  int days_ahead = 0;    // by which the sender's date runs ahead of the clock

  std::string Body() const {
    std::string text = kind;
    for (const std::string& part : {line, counter, reservation, contract, project, currency}) {
      text += '|' + part;
    }
    return text + '|' + std::to_string(amount) + '|' + std::to_string(expected_version) +
           (observed ? "|o" : "|c");
  }
};

// An answer as recorded with the request, or as received by the sender.
struct Answer {
  std::string request_id, body, reason;  // reason empty: carried out
  friend bool operator==(const Answer&, const Answer&) = default;
};

// A row of the journal.
struct Entry {
  std::string line, operation, debit, credit, reservation, contract, request_id;
  int64_t version = 0;
  int64_t amount = 0;
};

// A line as it is stored after a commit.
struct Standing {
  std::string line;
  int64_t version = 0;
  int64_t authorised = 0, frozen = 0, encumbered = 0, in_transit = 0, paid = 0, refunded = 0;
};

// A reservation as stored.
struct Hold {
  std::string id, line, contract, state;
  int64_t amount = 0, posted = 0, refunded = 0;
};

// A record of a topic. `kind`: ENTRY, REFUSED, PAYMENT, DAY, WARNING.
struct Fact {
  std::string id, kind, key, aggregate;
  int64_t sequence = 0;
  bool broadcast = false;
  std::string project, line, contract, currency, state;
  int64_t authorised = 0, encumbered = 0, in_transit = 0, paid = 0, refunded = 0;  // ENTRY
  int64_t usage_bp = 0, asked = 0;                                                 // REFUSED
  bool over_budget = false;                                                        // REFUSED
  int64_t cleared = 0;                                                             // PAYMENT
  int32_t day = 0;
  std::string fingerprint, rule;  // WARNING
  int severity = 0, from_severity = 0;

  friend bool operator==(const Fact&, const Fact&) = default;
};

// One transaction of budget.
struct LedgerCommit {
  std::vector<Answer> requests;
  std::vector<Entry> entries;
  std::vector<Standing> lines;
  std::vector<Hold> holds;
  std::map<std::pair<std::string, std::string>, int64_t> encumbrances;
  std::vector<Fact> outbox;
  int audits = 0;
  int64_t began = 0;  // how many transactions had committed when this one looked up its lines
};

// A payment as stored.
struct PaymentRow {
  std::string id, line, currency, state, reason;
  std::string maker, unit_approver, finance_approver, signer;
  int64_t version = 0, amount = 0, cleared = 0, refunded = 0, refunding = 0;
  std::vector<std::string> path;  // states taken by this change, first the one it came from
};

// One transaction of payments.
struct PaymentCommit {
  std::vector<Answer> requests;
  std::vector<PaymentRow> payments;
  std::vector<Fact> outbox;
  std::vector<std::string> bank_events;  // recorded as seen
};

// An alert as stored, with the states that the change went through.
struct AlertRow {
  std::string id, fingerprint, state;
  int ordinal = 0, occurrences = 0, severity = 0, level = 0;
  int64_t version = 0;
  std::vector<std::string> path;
  bool dismissed_by_own_unit = false;
  bool clear = false;  // the condition does not hold at present
};

// One transaction of alerting.
struct AlertCommit {
  std::vector<Answer> requests;
  std::vector<AlertRow> alerts;
  std::vector<std::string> evidence;  // warning ids taken
  std::vector<Fact> outbox;
  int32_t closed_day = 0;  // 0: unchanged
};

}  // namespace fiscus::sim::trace

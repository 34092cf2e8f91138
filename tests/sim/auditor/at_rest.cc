// What must hold when nothing is left to happen.
#include <algorithm>

#include "tests/sim/auditor/auditor.h"

namespace fiscus::sim::audit {

void Auditor::AtRest(const std::vector<int32_t>& monitor_days, int partitions) {
  Must(asked_.empty(), asked_.empty() ? "" : "never answered: " + asked_.begin()->first);
  CheckMoney();
  CheckTopic(partitions);
  for (const int32_t day : monitor_days) {
    Must(day == closed_day_, "a closed day did not reach every partition");
  }
  CheckWarnings(partitions);
  CheckAlerts();
}

// Bank, payments and ledger say the same.
void Auditor::CheckMoney() {
  for (const auto& [id, hold] : ledger_.holds()) {
    const bool open = hold.state == "PENDING" && (payments_.contains(id) || hold.expires);
    Must(!open, "money is held that nobody asks for any more: " + id);
  }
  for (const auto& [id, seen] : payments_) {
    const auto hold = ledger_.holds().find(id);
    const auto booked = bank_.find(id);
    const bool held = hold != ledger_.holds().end();
    const Wide posted = held ? hold->second.posted : 0;
    const Wide refunded = held ? hold->second.refunded : 0;
    Must(posted == seen.row.cleared && refunded == seen.row.refunded,
         "Y7: ledger and payment differ: " + id);
    Must(seen.row.refunding == 0, "a refund was forgotten: " + id);
    const int64_t paid = booked == bank_.end() ? 0 : booked->second.paid;
    const int64_t back = booked == bank_.end() ? 0 : booked->second.back;
    Must(paid == seen.row.cleared, "Y7: bank and payment differ: " + id);
    Must(back <= seen.row.refunded || refunded_by_hand_.contains(id),
         "Y7: money came back and is not in the ledger: " + id);
    const std::string& state = seen.row.state;
    const bool settled = state == "REFUSED" || state == "RETURNED" || state == "WITHDRAWN" ||
                         state == "EXPIRED" || state == "CLEARED" || state == "RECEIPTED" ||
                         state == "REFUNDED";
    Must(settled,
         std::string("a payment was left behind as ").append(state).append(": ").append(id));
    const auto refused = recorded_.find("reserve:" + id);
    Must(state != "REFUSED" || refused == recorded_.end() || !refused->second.reason.empty(),
         "refused, though the ledger said yes: " + id);
  }
}

void Auditor::CheckTopic(int partitions) {
  std::set<std::string> arrived;
  std::map<std::string, int> ticks;
  for (const auto& [partition, facts] : topic_) {
    std::set<std::string> here;
    for (const trace::Fact& fact : facts) here.insert(fact.id);
    for (const std::string& id : here) ++ticks[id];
    arrived.insert(here.begin(), here.end());
  }
  for (const auto& [id, fact] : committed_) {
    Must(arrived.contains(id), "committed and never published: " + id);
    Must(!fact.broadcast || ticks[id] == partitions, "a tick is missing in a partition: " + id);
  }
}

void Auditor::CheckWarnings(int partitions) {
  size_t expected = 0;
  for (int p = 0; p < partitions; ++p) {
    for (const auto& [id, must] : BatchWarnings(topic_[p])) {
      ++expected;
      const auto given = warnings_.find(id);
      Must(given != warnings_.end(),
           "the oracle has a warning that the monitor did not give: " + id);
      Must(given == warnings_.end() || given->second.severity == must.severity,
           "oracle and monitor differ in severity: " + id);
    }
  }
  Must(expected == warnings_.size(), "the monitor gave warnings that the oracle has not");
}

// Alerts by their own rules: each warning is evidence once, and whatever is graver than INFO and
// not yet ended has an open alert.
void Auditor::CheckAlerts() {
  std::map<std::string, int> severity;
  for (const trace::Fact& warning : warnings_in_order_) {
    Must(evidence_.contains(warning.id), "a warning never reached alerting: " + warning.id);
    severity[warning.fingerprint] = std::max(severity[warning.fingerprint], warning.severity);
  }
  for (const auto& [fingerprint, worst] : severity) {
    const bool raised = alerts_.contains(fingerprint);
    Must(raised == (worst > 1), "alerts and warnings differ: " + fingerprint);
    if (!raised) continue;
    int occurrences = 0;
    for (const auto& [ordinal, alert] : alerts_.at(fingerprint)) occurrences += alert.occurrences;
    int warned = 0;
    bool clear = false;
    for (const trace::Fact& warning : warnings_in_order_) {
      if (warning.fingerprint != fingerprint) continue;
      warned += warning.severity > 1 ? 1 : 0;
      clear = warning.severity <= 1;
    }
    Must(occurrences == warned, "an alert's occurrences are not its warnings: " + fingerprint);
    Must(alerts_.at(fingerprint).rbegin()->second.clear == clear,
         "a clear warning, or the next one, was lost: " + fingerprint);
  }
}

}  // namespace fiscus::sim::audit

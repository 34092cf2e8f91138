#include "tests/sim/world/world.h"

#include <algorithm>
#include <utility>

#include "tests/sim/world/budget_words.h"

namespace fiscus::sim {
namespace {

constexpr int kPartitions = 2;
constexpr int64_t kAskAgainMs = 700;
constexpr int64_t kCalmAfterMs = 3000;

std::string LineId(int line) { return "L" + std::to_string(line); }
std::string ProjectId(int line) { return "P" + std::to_string(line % 3); }
std::string ContractId(const Action& a) {
  return a.contract && a.line != kObserved ? "C" + std::to_string(a.line) : "";
}

}  // namespace

World::World(Kernel& kernel, Bug bug)
    : Part("client"),
      kernel_(kernel),
      bugs_{bug},
      facts_(kPartitions),
      warnings_(kPartitions),
      budget_outbox_("budget-relay", kernel, facts_, bugs_),
      payments_outbox_("payments-relay", kernel, facts_, bugs_),
      alerting_outbox_("alerting-relay", kernel, facts_, bugs_),
      budget_(kernel, bugs_, auditor_, budget_outbox_),
      bank_(kernel, auditor_),
      payments_(kernel, bugs_, auditor_, payments_outbox_, budget_, bank_),
      alerting_(kernel, bugs_, auditor_, warnings_, alerting_outbox_) {
  for (int p = 0; p < kPartitions; ++p) {
    monitors_.push_back(std::make_unique<MonitorShell>(p, kernel, bugs_, facts_, warnings_));
  }
  facts_.Watch([this](int p) {
    auditor_.OnFact(p, facts_.Records(p).back());
    monitors_[static_cast<size_t>(p)]->Wake();
  });
  warnings_.Watch([this](int p) {
    auditor_.OnWarning(p, warnings_.Records(p).back());
    alerting_.Wake(p);
  });
  bank_.Connect([this](const BankNews& news, const std::function<void()>& acked) {
    kernel_.Send(payments_, "bank tells " + news.event_id, [this, news, acked] {
      payments_.OnNews(news, [this, news, acked] {
        kernel_.Send(bank_, "payments keeps " + news.event_id, acked);
      });
    });
  });
}

void World::Play(const std::vector<Action>& actions) {
  int64_t last_ms = 0;
  for (const Action& action : actions) {
    last_ms = std::max(last_ms, action.at_ms);
    kernel_.Always(action.at_ms, "client: " + action.what + " req-" + std::to_string(action.id),
                   [this, action] { Do(action); });
  }
  kernel_.Always(last_ms + kCalmAfterMs, "calm", [this] { kernel_.Calm(); });
}

void World::Rest() {
  std::vector<int32_t> days;
  for (const auto& monitor : monitors_) days.push_back(monitor->closed_day());
  auditor_.AtRest(days, kPartitions);
}

void World::Send(const std::string& request_id, const std::string& body, Part& to,
                 const std::function<void(const Reply&)>& call) {
  auto ask = std::make_shared<Ask>();
  ask->request_id = request_id;
  ask->body = body;
  ask->send = [this, &to, call, weak = std::weak_ptr<Ask>(ask)] {
    const std::shared_ptr<Ask> held = weak.lock();
    kernel_.Send(to, held->request_id + " " + held->body, [this, call, held] {
      call([this, held](const trace::Answer& answer) {
        kernel_.Send(*this, "answer of " + held->request_id, [this, held, answer] {
          held->answered = true;
          auditor_.OnAnswer(answer);
        });
      });
    });
  };
  auditor_.OnAsk(request_id, body);
  SendAgain(ask, 1);
}

void World::SendAgain(const std::shared_ptr<Ask>& ask, int attempt) {
  if (ask->answered) return;
  ask->send();
  kernel_.Always(kAskAgainMs, "client waits for " + ask->request_id,
                 [this, ask, attempt] { SendAgain(ask, attempt + 1); });
}

int64_t World::AmountFor(const Action& a) const {
  const budget::Line* line = budget_.book().FindLine(LineId(a.line));
  int64_t base = 0;
  if (a.of == AmountOf::kReserved) {
    const std::string prefix = a.what.starts_with("PAY:") ? "pay-" : "res-";
    const auto* hold = budget_.book().FindReservation(prefix + std::to_string(a.number));
    if (hold != nullptr) base = hold->posted > 0 ? hold->posted - hold->refunded : hold->amount;
  } else if (line != nullptr && a.of == AmountOf::kAvailable) {
    base = budget::Available(line->standing.balances);
  } else if (line != nullptr && a.of == AmountOf::kLimit) {
    const budget::Balances& b = line->standing.balances;
    const int64_t limit_bp = a.line == kTight ? 9500 : 10000;
    base = budget::Authorised(b) * limit_bp / 10000 - budget::Used(b);
  } else if (a.of == AmountOf::kOpen) {
    base = budget_.book().EncumbranceOf(LineId(a.line), ContractId(a)).open;
  }
  return a.of == AmountOf::kPlain ? a.amount : std::max<int64_t>(1, base + a.amount);
}

trace::LedgerCommand World::LedgerCommandOf(const Action& a) const {
  static const std::set<std::string> kOfReservation = {"CONFIRM", "POST", "VOID", "REFUND"};
  trace::LedgerCommand c{.kind = a.what, .currency = a.foreign ? "USD" : "CNY"};
  c.amount = AmountFor(a);
  const bool fact = a.what == "REFUND" && a.line == kObserved;
  if (kOfReservation.contains(a.what) && !fact) {
    c.reservation = "res-" + std::to_string(a.number);
    return c;
  }
  c.line = LineId(a.line);
  c.project = ProjectId(a.line);
  static const std::set<std::string> kFacts = {"APPROVE",   "SUPPLEMENT",   "REDUCE", "ENCUMBER",
                                               "LIQUIDATE", "OBSERVED_PAY", "REFUND"};
  c.observed = a.line == kObserved && kFacts.contains(a.what);
  if (a.what == "APPROVE" && a.line == kTight) c.block_bp = 9500;
  if (a.what == "TRANSFER") c.counter = LineId(a.other);
  const bool bound = a.what == "ENCUMBER" || a.what == "LIQUIDATE" || a.what == "END_CONTRACT";
  if (bound && a.line != kObserved) c.contract = "C" + std::to_string(a.line);
  if (a.what == "RESERVE") {
    c.contract = ContractId(a);
    c.reservation = "res-" + std::to_string(a.number);
  }
  const bool versioned = a.versioned && (a.what == "SUPPLEMENT" || a.what == "REDUCE");
  if (const budget::Line* line = budget_.book().FindLine(c.line); versioned && line != nullptr) {
    c.expected_version = std::max<int64_t>(1, line->standing.version - a.other);
  }
  return c;
}

void World::DoLedger(const Action& action, const std::string& request_id) {
  trace::LedgerCommand c = LedgerCommandOf(action);
  const bool ahead = kernel_.Pick("date of " + request_id, 0, 9) == 0;
  if (ahead) c.days_ahead = static_cast<int>(kernel_.Pick("days ahead of " + request_id, 1, 300));
  sent_[action.id] = c;
  const bool expires = action.what == "RESERVE" && action.flag;
  const int64_t expires_ms =
      expires ? kernel_.now_ms() + kernel_.Pick("expires " + request_id, 1000, 20000) : 0;
  Send(request_id, c.Body(), budget_, [this, request_id, c, expires_ms](const Reply& reply) {
    budget_.Receive(request_id, c, expires_ms, reply);
  });
}

void World::DoPayment(const Action& a, const std::string& request_id) {
  const PaymentOrder order{.what = a.what.substr(4),
                           .payment = "pay-" + std::to_string(a.number),
                           .line = LineId(a.line),
                           .project = ProjectId(a.line),
                           .contract = ContractId(a),
                           .currency = a.foreign ? "USD" : "CNY",
                           .person = "person-" + std::to_string(a.person),
                           .amount = AmountFor(a)};
  Send(request_id, order.Body(), payments_, [this, request_id, order](const Reply& reply) {
    payments_.Receive(request_id, order, reply);
  });
}

// The same id with another amount; one of the two is refused, whichever comes second.
void World::DoReuse(const Action& action) {
  const auto sent = sent_.find(action.number);
  if (sent == sent_.end()) return;
  trace::LedgerCommand other = sent->second;
  ++other.amount;
  const std::string request_id = "req-" + std::to_string(action.number);
  kernel_.Send(budget_, request_id + " with another body", [this, request_id, other] {
    budget_.Receive(request_id, other, 0, [this](const trace::Answer& answer) {
      kernel_.Send(*this, "answer of another body", [this, answer] { auditor_.OnAnswer(answer); });
    });
  });
}

void World::Do(const Action& a) {
  const std::string request_id = "req-" + std::to_string(a.id);
  if (a.what == "REUSE") return DoReuse(a);
  if (a.what == "DAY") {
    const int32_t day = DayNumber(DateAt(kernel_.now_ms())) + static_cast<int32_t>(a.amount);
    Send(request_id, "DAY", alerting_, [this, request_id, day](const Reply& reply) {
      alerting_.CloseDay(request_id, day, reply);
    });
  } else if (a.what == "ALERT") {
    const AlertOrder order{.fingerprint = a.contract ? "R01/" + LineId(a.line) + "/2026" : "",
                           .nth = a.number,
                           .first = a.flag && a.other == 9,
                           .command = a.other,
                           .own_unit = a.flag};
    Send(request_id, "ALERT", alerting_, [this, request_id, order](const Reply& reply) {
      alerting_.Order(request_id, order, reply);
    });
  } else if (a.what.starts_with("PAY:")) {
    DoPayment(a, request_id);
  } else {
    DoLedger(a, request_id);
  }
}

}  // namespace fiscus::sim

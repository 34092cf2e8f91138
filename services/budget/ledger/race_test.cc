// Races on a real PostgreSQL, by several engines as replicas would be: nothing is overspent,
// doubled, lost or resolved twice.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "services/budget/domain/journal.h"
#include "services/budget/ledger/engine_fixture.h"
#include "services/budget/store/verify_store.h"

namespace fiscus::budget {
namespace {

std::string LineId(int number) {
  return "00000000-0000-7000-8000-00000000000" + std::to_string(number);
}

// What the fold of the journal finds against the stored balances; "" if nothing.
std::string Verify(Replicas& ledger) {
  std::string found;
  const absl::Status status = ledger.database().Read(
      "t1", SystemClock().Now() + absl::Seconds(20), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const auto lines, store::LinesToVerify(tx, "", 100));
        ASSIGN_OR_RETURN(const auto entries,
                         store::EntriesToVerify(tx, "", 0, lines.back().line.head->id, 1'000'000));
        for (const store::LineToVerify& line : lines) {
          LineFold fold(*line.line.head);
          for (const Entry& entry : entries) {
            if (entry.line_id == line.line.head->id) fold.Add(entry);
          }
          for (const Difference& d : fold.Differences(line.line.standing, line.records)) {
            found += d.invariant + " " + d.detail + "; ";
          }
        }
        return absl::OkStatus();
      });
  return status.ok() ? found : status.ToString();
}

}  // namespace

// Reserves of `clients` clients at once on the first `lines` lines, each client with one in flight,
// `rounds` times over.
struct Tally {
  int64_t accepted_minor = 0;
  int accepted = 0, refused = 0, other = 0;
};
Tally Rush(Replicas& ledger, int clients, int rounds, int lines) {
  Tally tally;
  std::map<std::string, int> words;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::pair<int64_t, std::future<Answers>>> in_flight;
    for (int client = 0; client < clients; ++client) {
      const int64_t minor = 1 + (client * 31 + round * 17) % 60;
      Job job = JobOf("t1", {ReserveOf(LineId((client + round) % lines), minor)}, absl::Minutes(3));
      in_flight.emplace_back(minor,
                             Send(ledger.engine(static_cast<size_t>(client)), std::move(job)));
    }
    for (auto& [minor, answers] : in_flight) {
      const std::string word = WordOf(answers.get());
      tally.accepted_minor += word.empty() ? minor : 0;
      ++(word.empty() ? tally.accepted : word == "EXCEEDS_AVAILABLE" ? tally.refused : tally.other);
    }
  }
  return tally;
}

TEST_CASE("Conflicting reserves of two hundred clients never overspend, whatever the isolation",
          "[budget][ledger][race][pg]") {
  FISCUS_NEEDS_PG();
  constexpr int kClients = 200, kRounds = 12;
  constexpr int64_t kBudget = 50'000;
  const int lines = GENERATE(1, 3);
  // A conflict that only the stricter levels see is tried again, never reported as a refusal.
  const std::string isolation =
      GENERATE(as<std::string>{}, "read committed", "repeatable read", "serializable");
  INFO(isolation << ", " << lines << " lines");
  Replicas ledger(3, 12);
  ledger.Isolate(isolation);
  for (int line = 0; line < lines; ++line) {
    REQUIRE(Do(ledger.engine(), ApproveOf(LineId(line), kBudget / lines)) == "");
  }
  const Tally tally = Rush(ledger, kClients, kRounds, lines);
  CHECK(tally.other == 0);
  CHECK(tally.accepted + tally.refused == kClients * kRounds);
  CHECK(tally.refused > 100);
  CHECK(ledger.Ask("SELECT sum(in_transit) FROM budget_line") ==
        std::to_string(tally.accepted_minor));
  CHECK(ledger.Ask("SELECT min(approved - in_transit) >= 0 FROM budget_line") == "t");
  CHECK(ledger.Ask("SELECT count(*) FROM reservation") == std::to_string(tally.accepted));
  CHECK(Verify(ledger) == "");
  // Sequences of the line's events and of its refusals have no gap.
  CHECK(ledger.Ask("SELECT count(*) FROM (SELECT 1 FROM outbox GROUP BY aggregate "
                   "HAVING count(*) <> max(sequence)) AS gap") == "0");
}

TEST_CASE("Fifty threads with one request id make one reservation", "[budget][ledger][race][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(3, 12);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 1'000)) == "");
  const Job job = JobOf("t1", {ReserveOf(kLineA, 10, kPayment)});
  std::vector<std::thread> threads;
  std::vector<std::string> answers(50);
  for (size_t t = 0; t < answers.size(); ++t) {
    threads.emplace_back([&, t] {
      Job copy{.call = job.call, .items = job.items};
      if (t % 10 == 9) copy.items[0].key.digest = "another body";
      const Answers answer = Send(ledger.engine(t), std::move(copy)).get();
      answers[t] =
          WordOf(answer).empty() ? (*answer)[0].response->SerializeAsString() : WordOf(answer);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::string, int> distinct;
  for (const std::string& answer : answers) ++distinct[answer];
  // Whoever came first decides which body is the request's; all others with that body get its
  // answer.
  CHECK(distinct.size() == 2);
  CHECK(distinct.count("REQUEST_ID_REUSED") == 1);
  CHECK((distinct["REQUEST_ID_REUSED"] == 5 || distinct["REQUEST_ID_REUSED"] == 45));
  CHECK(ledger.Ask("SELECT count(*) FROM reservation") == "1");
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "10");
  CHECK(ledger.Ask("SELECT count(*) FROM journal_entry") == "2");
}

TEST_CASE("Every ordered pair of post, void, expire and refund has one winner",
          "[budget][ledger][race][pg]") {
  FISCUS_NEEDS_PG();
  constexpr std::array<CommandKind, 4> kKinds = {CommandKind::kPost, CommandKind::kVoid,
                                                 CommandKind::kExpire, CommandKind::kRefund};
  constexpr int kRounds = 1'000;
  constexpr int64_t kMinor = 100;
  Replicas ledger(2, 8);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 1'000'000'000)) == "");
  int64_t posted_in_all = 0, refunded_in_all = 0;
  for (const CommandKind first : kKinds) {
    for (const CommandKind second : kKinds) {
      INFO(static_cast<int>(first) << " then " << static_cast<int>(second));
      const bool refunds = first == CommandKind::kRefund || second == CommandKind::kRefund;
      std::vector<std::string> payments;
      std::vector<Command> prepare;
      for (int i = 0; i < kRounds; ++i) {
        payments.push_back(NewUuid());
        Command reserve = ReserveOf(kLineA, kMinor, payments.back());
        reserve.expires_at = SystemClock().Now() + absl::Hours(1);
        prepare.push_back(reserve);
        // A refund races after the posting: with both sides a refund, or one a late phase two.
        if (refunds) prepare.push_back(SettleOf(CommandKind::kPost, payments.back(), kMinor));
      }
      REQUIRE(Send(ledger.engine(), JobOf("t1", std::move(prepare))).get().ok());
      // Both sides at once, one job a command, so that groups of the two engines meet on the same
      // line.
      std::vector<std::future<Answers>> firsts, seconds;
      for (const std::string& payment : payments) {
        // Partial posts with other amounts, so that a second posting is not the first one repeated.
        firsts.push_back(Send(ledger.engine(0), JobOf("t1", {SettleOf(first, payment, kMinor)})));
        seconds.push_back(
            Send(ledger.engine(1), JobOf("t1", {SettleOf(second, payment, kMinor - 1)})));
      }
      for (int i = 0; i < kRounds; ++i) {
        const std::string a = WordOf(firsts[i].get()), b = WordOf(seconds[i].get());
        const auto loses = [](const std::string& word) {
          return word == "RESERVATION_RESOLVED" || word == "EXCEEDS_PAID";
        };
        if (!refunds) {
          CHECK(((a.empty() && loses(b)) || (loses(a) && b.empty())));
          if (a.empty() && first == CommandKind::kPost) posted_in_all += kMinor;
          if (b.empty() && second == CommandKind::kPost) posted_in_all += kMinor - 1;
          continue;
        }
        posted_in_all += kMinor;
        if (first == CommandKind::kRefund && a.empty()) refunded_in_all += kMinor;
        if (second == CommandKind::kRefund && b.empty()) refunded_in_all += kMinor - 1;
        if (first == second) {
          CHECK(((a.empty() && loses(b)) || (loses(a) && b.empty())));
        } else if (first == CommandKind::kRefund) {
          CHECK(a == "");
          CHECK(b == "RESERVATION_RESOLVED");
        } else {
          // The posting of 100 repeated is the first posting; void and expiry come too late.
          CHECK(a == (first == CommandKind::kPost ? "" : "RESERVATION_RESOLVED"));
          CHECK(b == "");
        }
      }
    }
  }
  CHECK(ledger.Ask("SELECT paid || ' ' || refunded || ' ' || in_transit FROM budget_line") ==
        std::to_string(posted_in_all) + " " + std::to_string(refunded_in_all) + " 0");
  CHECK(Verify(ledger) == "");
}

TEST_CASE("An uncertain commit is resolved by the request records", "[budget][ledger][race][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(0);
  // Every third transaction: committed, but the answer is lost; every fifth: not committed, and the
  // connection lost.
  std::atomic<int> number{0};
  LedgerEngine engine(
      [&](const std::string& tenant, absl::Time deadline, const pg::Database::Body& body) {
        const int n = ++number;
        if (n % 5 == 0) return absl::UnavailableError("connection lost before the commit");
        const absl::Status status = ledger.database().WriteOnce(tenant, deadline, body, nullptr);
        if (n % 3 == 0 && status.ok()) return absl::UnavailableError("commit in doubt");
        return status;
      },
      SystemClock());
  engine.Start();
  REQUIRE(Do(engine, ApproveOf(kLineA, 1'000)) == "");
  int accepted = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string word = Do(engine, ReserveOf(kLineA, 20));
    CHECK((word.empty() || word == "EXCEEDS_AVAILABLE"));
    accepted += word.empty() ? 1 : 0;
  }
  CHECK(accepted == 50);
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "1000");
  CHECK(ledger.Ask("SELECT count(*) FROM journal_entry") == "51");
  CHECK(ledger.Ask("SELECT count(*) FROM outbox") == "61");
}

TEST_CASE("Connections that die under load lose and double nothing", "[budget][ledger][race][pg]") {
  FISCUS_NEEDS_PG();
  constexpr int kThreads = 8, kEach = 60;
  Replicas ledger(2, 6);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 1'000'000)) == "");
  std::atomic<int> running{kThreads}, accepted{0}, other{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string word = Do(ledger.engine(static_cast<size_t>(t)), ReserveOf(kLineA, 7));
        ++(word.empty() ? accepted : other);
      }
      --running;
    });
  }
  int killed = 0;
  while (running > 0) {
    killed += std::stoi(
        ledger.Ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = "
                   "current_database() AND application_name LIKE 'fiscus-%'"));
    // Long enough for some groups to get through however slow the machine is.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(killed > 0);
  CHECK(other == 0);
  CHECK(accepted == kThreads * kEach);
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == std::to_string(7 * accepted));
  CHECK(ledger.Ask("SELECT count(*) FROM reservation") == std::to_string(accepted));
  CHECK(Verify(ledger) == "");
}

}  // namespace fiscus::budget

// The engine on a real PostgreSQL: what a group writes, who is answered what, and what repeats do.
#include "services/budget/ledger/engine.h"

#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "services/budget/ledger/engine_fixture.h"
#include "services/budget/ledger/expiry.h"

namespace fiscus::budget {

TEST_CASE("A command leaves rows, entry, event, audit and request record", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 1'000)) == "");
  REQUIRE(Do(ledger.engine(), ReserveOf(kLineA, 400, kPayment)) == "");
  REQUIRE(Do(ledger.engine(), SettleOf(CommandKind::kPost, kPayment, 300)) == "");
  CHECK(ledger.Ask("SELECT paid || ' ' || in_transit || ' ' || version FROM budget_line") ==
        "300 0 4");
  CHECK(ledger.Ask("SELECT string_agg(operation || ':' || amount, ' ' ORDER BY line_version) "
                   "FROM journal_entry") == "1:1000 12:400 13:300 14:100");
  CHECK(ledger.Ask("SELECT state || ' ' || posted FROM reservation") == "2 300");
  CHECK(ledger.Ask("SELECT count(*) FROM outbox WHERE type = 'fiscus.budget.v1.EntryPosted' AND "
                   "aggregate = 'budget-lines/" +
                   kLineA + "' AND partition_key = '" + kProject + "'") == "4");
  CHECK(ledger.Ask("SELECT max(sequence) FROM outbox") == "4");
  CHECK(ledger.Ask("SELECT count(*) FROM audit_log") == "3");
  CHECK(ledger.Ask("SELECT count(*) FROM request_log") == "3");
}

TEST_CASE("Commands of one job see each other; a refused one harms none", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  const Answers answers =
      Send(ledger.engine(),
           JobOf("t1", {ApproveOf(kLineA, 1'000), ReserveOf(kLineA, 600), ReserveOf(kLineA, 500),
                        ReserveOf(kLineA, 400), ReserveOf(kLineB, 1)}))
          .get();
  CHECK(WordOf(answers, 0) == "");
  CHECK(WordOf(answers, 1) == "");
  CHECK(WordOf(answers, 2) == "EXCEEDS_AVAILABLE");
  CHECK(WordOf(answers, 3) == "");
  CHECK(WordOf(answers, 4) == "LINE_NOT_FOUND");
  CHECK((*answers)[3].response->line().balances().available() == 0);
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "1000");
  // The refusal on the line that exists is a fact of its own; the unknown line has no project to
  // report to.
  CHECK(ledger.Ask("SELECT string_agg(aggregate || ' ' || sequence, ',') FROM outbox "
                   "WHERE type = 'fiscus.budget.v1.CommandRefused'") ==
        "refusals/" + kLineA + " 1");
}

TEST_CASE("The same request gets the same answer, refusals too", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  const auto again = [&](const Job& first) {
    Job copy{.call = first.call, .items = first.items, .batch = first.batch};
    return copy;
  };
  const Job reserve = JobOf("t1", {ReserveOf(kLineA, 60)});
  const Job refused = JobOf("t1", {ReserveOf(kLineA, 60)});
  const Answers first = Send(ledger.engine(), again(reserve)).get();
  REQUIRE(WordOf(first) == "");
  REQUIRE(WordOf(Send(ledger.engine(), again(refused)).get()) == "EXCEEDS_AVAILABLE");
  REQUIRE(Do(ledger.engine(), CommandOf(CommandKind::kSupplement, 1'000)) == "");
  const Answers repeated = Send(ledger.engine(), again(reserve)).get();
  REQUIRE(WordOf(repeated) == "");
  CHECK((*repeated)[0].replayed);
  CHECK((*repeated)[0].response->SerializeAsString() == (*first)[0].response->SerializeAsString());
  CHECK(WordOf(Send(ledger.engine(), again(refused)).get()) == "EXCEEDS_AVAILABLE");
  Job other_body = again(reserve);
  other_body.items[0].key.digest = Sha256("something else");
  CHECK(WordOf(Send(ledger.engine(), std::move(other_body)).get()) == "REQUEST_ID_REUSED");
  // Twice within one job: one effect.
  Job twice = JobOf("t1", {ReserveOf(kLineA, 10)});
  twice.items.push_back(twice.items[0]);
  const Answers both = Send(ledger.engine(), std::move(twice)).get();
  CHECK(WordOf(both, 1) == "");
  CHECK((*both)[1].replayed);
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "70");
}

TEST_CASE("A batch is known by its own id and by those of its items", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  const auto batch = [&](const std::string& digest) {
    Job job = JobOf("t1", {ReserveOf(kLineA, 60), ReserveOf(kLineA, 60)});
    job.batch = RequestKey{kContract, "/test/Batch", digest};
    return job;
  };
  Job first = batch("a");
  Job same{.call = first.call, .items = first.items, .batch = first.batch};
  const Answers answers = Send(ledger.engine(), std::move(first)).get();
  CHECK(WordOf(answers, 0) == "");
  CHECK(WordOf(answers, 1) == "EXCEEDS_AVAILABLE");
  const Answers repeated = Send(ledger.engine(), std::move(same)).get();
  CHECK(WordOf(repeated, 0) == "");
  CHECK(WordOf(repeated, 1) == "EXCEEDS_AVAILABLE");
  CHECK((*repeated)[0].replayed);
  CHECK(WordOf(Send(ledger.engine(), batch("b")).get()) == "REQUEST_ID_REUSED");
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "60");
}

TEST_CASE("A dry run answers like the command and changes nothing", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  Job job = JobOf("t1", {ReserveOf(kLineA, 100), ReserveOf(kLineA, 101)});
  for (JobItem& item : job.items) item.dry_run = true;
  const Answers answers = Send(ledger.engine(), std::move(job)).get();
  CHECK((*answers)[0].response->line().balances().available() == 0);
  CHECK(WordOf(answers, 1) == "EXCEEDS_AVAILABLE");
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "0");
  CHECK(ledger.Ask("SELECT count(*) FROM request_log") == "1");
  CHECK(ledger.Ask("SELECT count(*) FROM outbox") == "1");
}

TEST_CASE("A contract stays over across transactions", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(2);
  const auto under = [](CommandKind kind, int64_t minor) {
    Command command = CommandOf(kind, minor);
    command.contract_id = kContract;
    return command;
  };
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  REQUIRE(Do(ledger.engine(), under(CommandKind::kEncumber, 80)) == "");
  Command reserve = ReserveOf(kLineA, 80, kPayment);
  reserve.contract_id = kContract;
  REQUIRE(Do(ledger.engine(), reserve) == "");
  // Nothing is open, so there is no entry; but it is known, and on record.
  Command over = under(CommandKind::kLiquidate, 0);
  over.contract_over = true;
  REQUIRE(Do(ledger.engine(0), over) == "");
  CHECK(ledger.Ask("SELECT open_minor || ' ' || contract_over FROM encumbrance") == "0 true");
  CHECK(ledger.Ask("SELECT count(*) FROM journal_entry") == "3");
  CHECK(ledger.Ask("SELECT count(*) FROM audit_log") == "4");
  REQUIRE(Do(ledger.engine(1), SettleOf(CommandKind::kVoid, kPayment)) == "");
  CHECK(ledger.Ask("SELECT encumbered || ' ' || in_transit FROM budget_line") == "0 0");
  CHECK(Do(ledger.engine(1), under(CommandKind::kEncumber, 1)) == "CONTRACT_OVER");
  CHECK(Do(ledger.engine(1), ReserveOf(kLineA, 100)) == "");
  CHECK_THROWS_WITH(ledger.Ask("UPDATE encumbrance SET open_minor = 1"),
                    Catch::Contains("nothing_open_when_over"));
}

TEST_CASE("Tenants do not see each other's lines", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100), "t1") == "");
  CHECK(Do(ledger.engine(), ReserveOf(kLineA, 1), "t2") == "LINE_NOT_FOUND");
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 7), "t2") == "");
  CHECK(Do(ledger.engine(), ReserveOf(kLineA, 8), "t2") == "EXCEEDS_AVAILABLE");
  CHECK(Do(ledger.engine(), ReserveOf(kLineA, 100), "t1") == "");
}

TEST_CASE("The journal refuses to be changed, whoever asks", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  for (const char* change : {"UPDATE journal_entry SET amount = 1", "DELETE FROM journal_entry",
                             "TRUNCATE journal_entry"}) {
    CHECK_THROWS_WITH(ledger.Ask(change), Catch::Contains("never changed"));
  }
  // The service's own role has not even the privilege.
  pqxx::connection app(ledger.test_database().dsn());
  pqxx::nontransaction work(app);
  work.exec("SET fiscus.tenant = 't1'");
  CHECK_THROWS_WITH(work.exec("DELETE FROM journal_entry"), Catch::Contains("permission denied"));
  // And the balance row cannot go below zero by any statement.
  CHECK_THROWS_WITH(ledger.Ask("UPDATE budget_line SET in_transit = 101"),
                    Catch::Contains("available_not_negative"));
}

TEST_CASE("A pending reservation expires by its timer, a confirmed one does not",
          "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  const auto until = [&](absl::Duration from_now) {
    Command command = ReserveOf(kLineA, 10);
    command.expires_at = SystemClock().Now() + from_now;
    REQUIRE(Do(ledger.engine(), command) == "");
    return command.reservation_id;
  };
  const std::string due = until(absl::ZeroDuration());
  const std::string confirmed = until(absl::ZeroDuration());
  const std::string voided = until(absl::ZeroDuration());
  const std::string later = until(absl::Hours(1));
  REQUIRE(Do(ledger.engine(), SettleOf(CommandKind::kConfirm, confirmed)) == "");
  REQUIRE(Do(ledger.engine(), SettleOf(CommandKind::kVoid, voided)) == "");
  CHECK(ledger.Ask("SELECT count(*) FROM timer") == "2");
  pg::TimerRunner timers(ledger.database(), SystemClock(), {});
  timers.Handle(kExpiryTimer, [&](const pg::Timer& timer) {
    return ExpireReservation(ledger.engine(), SystemClock(), timer);
  });
  CHECK(*timers.RunDue() == 1);
  const auto state = [&](const std::string& id) {
    return ledger.Ask("SELECT state FROM reservation WHERE reservation_id = '" + id + "'");
  };
  CHECK(state(due) == "4");
  CHECK(state(confirmed) == "1");
  CHECK(state(later) == "1");
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "20");
  // A timer that fires once more finds its work done.
  CHECK(ExpireReservation(ledger.engine(), SystemClock(), {.tenant = "t1", .subject = due}).ok());
  CHECK(ExpireReservation(ledger.engine(), SystemClock(), {.tenant = "t1", .subject = confirmed})
            .ok());
  CHECK(state(confirmed) == "1");
}

TEST_CASE("A job that the database refuses fails alone", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(0);
  // The first transaction waits until the other jobs are there, so that those make one group.
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  LedgerEngine engine(
      [&](const std::string& tenant, absl::Time deadline, const pg::Database::Body& body) {
        opened.wait();
        return ledger.database().WriteOnce(tenant, deadline, body, nullptr);
      },
      SystemClock());
  engine.Start();
  std::future<Answers> first = Send(engine, JobOf("t1", {ApproveOf(kLineA, 100)}));
  // A currency that passes the core but not the table's CHECK stands for any bug of ours.
  Command broken = ApproveOf(kLineB, 1);
  LineHead head = *broken.new_line;
  head.currency = broken.amount.currency = "cny";
  broken.new_line = std::make_shared<const LineHead>(head);
  std::future<Answers> before = Send(engine, JobOf("t1", {ReserveOf(kLineA, 1)}));
  std::future<Answers> bad = Send(engine, JobOf("t1", {broken}));
  std::future<Answers> after = Send(engine, JobOf("t1", {ReserveOf(kLineA, 2)}));
  gate.set_value();
  CHECK(WordOf(first.get()) == "");
  CHECK(WordOf(before.get()) == "");
  CHECK_FALSE(bad.get().ok());
  CHECK(WordOf(after.get()) == "");
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "3");
}

TEST_CASE("A line that is locked by somebody else stops nobody who does not need it",
          "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  REQUIRE(Do(ledger.engine(), ReserveOf(kLineA, 1, kPayment)) == "");
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineB, 100)) == "");
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100), "t2") == "");
  pqxx::connection holder(ledger.test_database().owner_dsn());
  auto held = std::make_unique<pqxx::work>(holder);
  held->exec("SELECT 1 FROM budget_line WHERE tenant = 't1' AND line_id = '" + kLineA +
             "' FOR UPDATE");
  // Those who need the line, by its id or by a reservation on it; those who do not.
  std::vector<std::future<Answers>> waiting, answered;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(Send(ledger.engine(), JobOf("t1", {ReserveOf(kLineA, 1)})));
    answered.push_back(Send(ledger.engine(), JobOf("t1", {ReserveOf(kLineB, 1)})));
    answered.push_back(Send(ledger.engine(), JobOf("t2", {ReserveOf(kLineA, 1)})));
  }
  waiting.push_back(
      Send(ledger.engine(), JobOf("t1", {SettleOf(CommandKind::kPost, kPayment, 1)})));
  // A line that is not there is nobody's.
  answered.push_back(Send(ledger.engine(), JobOf("t1", {ReserveOf(kContract, 1)})));
  for (size_t i = 0; i < answered.size(); ++i) {
    REQUIRE(answered[i].wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK(WordOf(answered[i].get()) == (i + 1 < answered.size() ? "" : "LINE_NOT_FOUND"));
  }
  for (const std::future<Answers>& future : waiting) {
    CHECK(future.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  }
  held.reset();
  for (std::future<Answers>& future : waiting) CHECK(WordOf(future.get()) == "");
  CHECK(ledger.Ask("SELECT string_agg(tenant || ' ' || in_transit || ' ' || paid, ',' ORDER BY "
                   "tenant, line_id) FROM budget_line") == "t1 5 1,t1 5 0,t2 5 0");
}

TEST_CASE("A full engine and a stopped one say so at once", "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  Replicas ledger(0);
  LedgerEngine engine(ledger.database(), SystemClock(), {.waiting_commands_max = 1});
  CHECK(Do(engine, ReserveOf(kLineA, 1)) == "UNAVAILABLE");
  engine.Start();
  CHECK(WordOf(Send(engine, JobOf("t1", {ReserveOf(kLineA, 1), ReserveOf(kLineA, 1)})).get()) ==
        "QUEUE_FULL");
  CHECK(WordOf(Send(engine, JobOf("t1", {ReserveOf(kLineA, 1)}, -absl::Seconds(1))).get()) ==
        "DEADLINE_EXCEEDED");
  engine.Stop();
  CHECK(Do(engine, ReserveOf(kLineA, 1)) == "UNAVAILABLE");
}

}  // namespace fiscus::budget

// The ledger's process killed on either side of the commit: the same request, asked again, has one
// effect. The killed process is this program again, with one hidden test.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "services/budget/ledger/engine_fixture.h"

namespace fiscus::budget {
namespace {

constexpr char kDsnVariable[] = "FISCUS_TEST_KILLED_DSN";

// The request that the killed process is carrying out.
Job TheJob() {
  Job job = JobOf("t1", {ReserveOf(kLineA, 10, kPayment)});
  job.items[0].key = {kContract, "/test/Command", Sha256("the body")};
  return job;
}

// Runs the hidden test below in a process of its own; true if a SIGKILL ended it.
bool IsKilled(const std::string& dsn, const char* failpoint) {
  // Made before the fork: the child of a process with threads may do little but exec.
  std::string dsn_setting = std::string(kDsnVariable) + "=" + dsn;
  std::string failpoint_setting = std::string("FISCUS_FAILPOINT=") + failpoint;
  std::vector<char*> environment = {dsn_setting.data(), failpoint_setting.data()};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  environment.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execle("/proc/self/exe", "budget_ledger_test", "[.killed]", static_cast<char*>(nullptr),
           environment.data());
    _exit(1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace

TEST_CASE("The process that is killed", "[.killed]") {
  const char* dsn = std::getenv(kDsnVariable);
  if (dsn == nullptr) {
    WARN("skipped: it is for a process that is to be killed");
    return;
  }
  pg::Database database({.dsn = dsn, .pool_size = 2, .service = "killed"});
  LedgerEngine engine(database, SystemClock());
  engine.Start();
  CHECK_FALSE(Send(engine, TheJob()).get().ok());  // no answer ever comes
}

TEST_CASE("A ledger that is killed beside its commit carries a request out once",
          "[budget][ledger][pg]") {
  FISCUS_NEEDS_PG();
  const auto [failpoint, committed] = GENERATE(table<const char*, bool>(
      {{"budget.ledger.before_commit", false}, {"budget.ledger.after_commit", true}}));
  INFO(failpoint);
  Replicas ledger(1);
  REQUIRE(Do(ledger.engine(), ApproveOf(kLineA, 100)) == "");
  REQUIRE(IsKilled(ledger.test_database().dsn(), failpoint));
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == (committed ? "10" : "0"));
  for (const bool again : {false, true}) {
    const Answers answers = Send(ledger.engine(), TheJob()).get();
    REQUIRE(WordOf(answers) == "");
    CHECK((*answers)[0].replayed == (committed || again));
    CHECK((*answers)[0].response->line().balances().in_transit() == 10);
  }
  CHECK(ledger.Ask("SELECT in_transit FROM budget_line") == "10");
  CHECK(ledger.Ask("SELECT count(*) FROM journal_entry") == "2");
  CHECK(ledger.Ask("SELECT count(*) FROM outbox") == "2");
  CHECK(ledger.Ask("SELECT count(*) FROM audit_log") == "2");
}

}  // namespace fiscus::budget

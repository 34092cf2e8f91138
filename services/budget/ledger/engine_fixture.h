// A real database, engines on it, and blocking calls to them; for the tests of the ledger engine.
#pragma once

#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include "libs/core/ids.h"
#include "libs/core/text.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/budget/domain/ledger_fixtures.h"
#include "services/budget/ledger/engine.h"
#include "services/budget/store/migrations.h"

namespace fiscus::budget {

// A job of commands, each with a request id of its own; `done` is set by the caller.
inline Job JobOf(const std::string& tenant, std::vector<Command> commands,
                 absl::Duration time_limit = absl::Seconds(30)) {
  Job job{.call = testing::TestCall(tenant)};
  job.call.deadline = SystemClock().Now() + time_limit;
  for (Command& command : commands) {
    const std::string request_id = NewUuid();
    job.items.push_back(
        {.command = std::move(command), .key = {request_id, "/test/Command", Sha256(request_id)}});
  }
  return job;
}

using Answers = absl::StatusOr<std::vector<ItemAnswer>>;

inline std::future<Answers> Send(LedgerEngine& engine, Job job) {
  auto answered = std::make_shared<std::promise<Answers>>();
  std::future<Answers> future = answered->get_future();
  job.done = [answered](Answers answers) { answered->set_value(std::move(answers)); };
  engine.Submit(std::move(job));
  return future;
}

// The outcome as one word: "" accepted, a reason, or the code of an error.
inline std::string WordOf(const absl::Status& status) {
  if (status.ok()) return "";
  const auto info = RefusalOf(status);
  return info.has_value() ? info->reason : absl::StatusCodeToString(status.code());
}

inline std::string WordOf(const Answers& answers, size_t item = 0) {
  return WordOf(answers.ok() ? (*answers)[item].response.status() : answers.status());
}

inline std::string Do(LedgerEngine& engine, Command command, const std::string& tenant = "t1") {
  return WordOf(Send(engine, JobOf(tenant, {std::move(command)})).get());
}

// A line's approval.
inline Command ApproveOf(const std::string& line_id, int64_t minor) {
  Command command = CommandOf(CommandKind::kApprove, minor);
  LineHead head = Head(line_id);
  head.code = "code-" + line_id;
  command.line_id = line_id;
  command.new_line = std::make_shared<const LineHead>(std::move(head));
  return command;
}

inline Command ReserveOf(const std::string& line_id, int64_t minor,
                         const std::string& payment_id = NewUuid()) {
  Command command = CommandOf(CommandKind::kReserve, minor);
  command.line_id = line_id;
  command.reservation_id = payment_id;
  return command;
}

inline Command SettleOf(CommandKind kind, const std::string& payment_id, int64_t minor = 0) {
  Command command = CommandOf(kind, minor);
  command.line_id.clear();
  command.reservation_id = payment_id;
  return command;
}

// The service's database with a number of engines on it, as replicas would stand beside each other.
class Replicas {
 public:
  explicit Replicas(int engines, int pool_size = 8) : database_("budget", kMigrations, pool_size) {
    for (int i = 0; i < engines; ++i) {
      engines_.push_back(std::make_unique<LedgerEngine>(database_.database(), SystemClock()));
      engines_.back()->Start();
    }
  }
  LedgerEngine& engine(size_t i = 0) { return *engines_[i % engines_.size()]; }
  testing::TestDatabase& test_database() { return database_; }
  pg::Database& database() { return database_.database(); }

  // Sets the isolation that connections made from now on start their transactions with; before the
  // first command.
  void Isolate(const std::string& level) {
    Ask("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = %L', "
        "current_database(), '" +
        level + "'); END $$");
    pqxx::connection app(database_.dsn());
    pqxx::nontransaction work(app);
    REQUIRE(level == work.exec("SHOW default_transaction_isolation")[0][0].c_str());
  }

  // The first column of the first row, as the superuser sees it.
  std::string Ask(const std::string& query) {
    pqxx::connection connection(database_.owner_dsn());
    pqxx::nontransaction work(connection);
    const pqxx::result result = work.exec(query);
    return result.empty() || result[0][0].is_null() ? "" : result[0][0].c_str();
  }

 private:
  testing::TestDatabase database_;
  std::vector<std::unique_ptr<LedgerEngine>> engines_;
};

}  // namespace fiscus::budget

#include "libs/pg/database.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "libs/core/status.h"
#include "libs/pg/connection.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::pg {
namespace {

constexpr absl::Duration kRetryFirst = absl::Milliseconds(5);
constexpr absl::Duration kRetryMax = absl::Milliseconds(200);

// A server that is cut off silently is given up after about ten seconds, whether we wait for an
// answer (keepalives) or for its acknowledgement of what we sent (tcp_user_timeout, ms); else a
// thread hangs for minutes. Nobody decides on a standby, nor shows money from one.
constexpr char kSilenceLimits[] =
    "target_session_attrs=read-write keepalives=1 keepalives_idle=4 keepalives_interval=2 "
    "keepalives_count=3 tcp_user_timeout=10000";

std::string SessionDsn(const DatabaseOptions& options) {
  const std::string timeout = std::to_string(absl::ToInt64Milliseconds(options.statement_timeout));
  return options.dsn + " application_name=fiscus-" + options.service + " connect_timeout=3 " +
         kSilenceLimits + " options='-c statement_timeout=" + timeout +
         " -c idle_in_transaction_session_timeout=60000 -c TimeZone=UTC -c DateStyle=ISO -c "
         "client_encoding=UTF8'";
}

void SetTenant(pqxx::work& transaction, const std::string& tenant) {
  transaction.exec_params("SELECT set_config('fiscus.tenant', $1, true)", tenant);
}

}  // namespace

absl::StatusOr<Rows> Tx::Run(const Query& query, const Args& args) {
  try {
    connection_.Prepare(query);
    const auto& values = args.values();
    // libpqxx 6 takes dynamic parameters from a container of nullable C strings.
    std::vector<const char*> pointers;
    pointers.reserve(values.size());
    for (const auto& value : values)
      pointers.push_back(value.has_value() ? value->c_str() : nullptr);
    pqxx::result result = connection_.transaction().exec_prepared(
        query.name, pqxx::prepare::make_dynamic_params(pointers));
    return Rows(std::make_shared<RowsImpl>(std::move(result)));
  } catch (const std::exception&) {
    absl::Status status = StatusOfException(query.name);
    if (status.code() == absl::StatusCode::kUnavailable) connection_.MarkBroken();
    return status;
  }
}

absl::Status Tx::RunExactly(int64_t rows, const Query& query, const Args& args) {
  auto result = Run(query, args);
  if (!result.ok()) return result.status();
  if (result->affected() == rows) return absl::OkStatus();
  return absl::AbortedError(std::string(query.name) + " changed " +
                            std::to_string(result->affected()) + " rows, not " +
                            std::to_string(rows));
}

void Tx::AuditSubject(std::string_view subject, std::string_view before, std::string_view after) {
  if (!audit_subject_.empty()) return;
  audit_subject_ = std::string(subject);
  audit_before_ = std::string(before);
  audit_after_ = std::string(after);
}

void Tx::OnCommit(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

struct Database::Pool {
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::unique_ptr<Connection>> idle;
  int open = 0;
};

Database::Database(DatabaseOptions options)
    : options_(std::move(options)), pool_(std::make_unique<Pool>()) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Connection>> Database::Acquire(absl::Time deadline) {
  {
    std::unique_lock lock(pool_->mutex);
    const auto wait =
        absl::ToChronoMilliseconds(std::min(deadline - SystemClock().Now(), absl::Seconds(30)));
    const bool got = pool_->freed.wait_for(
        lock, wait, [&] { return !pool_->idle.empty() || pool_->open < options_.pool_size; });
    if (!got) return absl::UnavailableError("no database connection became free in time");
    if (!pool_->idle.empty()) {
      std::unique_ptr<Connection> connection = std::move(pool_->idle.back());
      pool_->idle.pop_back();
      return connection;
    }
    ++pool_->open;
  }
  try {
    return std::make_unique<Connection>(SessionDsn(options_));
  } catch (const std::exception& error) {
    {
      const std::lock_guard lock(pool_->mutex);
      --pool_->open;
    }
    pool_->freed.notify_one();
    // libpq's text names host and role, never the password.
    return absl::UnavailableError(std::string("cannot connect to the database: ") + error.what());
  }
}

void Database::Release(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(pool_->mutex);
    if (connection->usable()) {
      pool_->idle.push_back(std::move(connection));
    } else {
      --pool_->open;
      // The database went away: the idle ones are dead too.
      pool_->open -= static_cast<int>(pool_->idle.size());
      pool_->idle.clear();
    }
  }
  pool_->freed.notify_one();
}

absl::Status Database::Attempt(std::string_view tenant, absl::Time deadline, bool read_only,
                               const Body& body, bool* commit_uncertain) {
  auto acquired = Acquire(deadline);
  if (!acquired.ok()) return acquired.status();
  std::unique_ptr<Connection> connection = *std::move(acquired);
  std::vector<std::function<void()>> hooks;
  absl::Status status;
  bool committing = false;
  try {
    connection->Begin();
    if (read_only) connection->transaction().exec("SET TRANSACTION READ ONLY");
    SetTenant(connection->transaction(), std::string(tenant));
    Tx tx(*connection, std::string(tenant));
    status = body(tx);
    if (status.ok()) {
      committing = true;
      connection->transaction().commit();
      hooks = std::move(tx.hooks_);
    } else if (connection->usable()) {
      connection->transaction().abort();
    }
  } catch (const std::exception&) {
    status = StatusOfException(committing ? "commit" : "begin");
    // A commit that failed with an SQL error was rolled back; one without an answer may have
    // happened.
    const bool uncertain = committing && status.code() == absl::StatusCode::kUnavailable;
    if (uncertain && commit_uncertain != nullptr) *commit_uncertain = true;
    if (status.code() == absl::StatusCode::kUnavailable) connection->MarkBroken();
  }
  try {
    connection->End();
  } catch (const std::exception&) {  // rolling back on a dead connection
    connection->MarkBroken();
  }
  Release(std::move(connection));
  for (const auto& hook : hooks) hook();
  return status;
}

absl::Status Database::Read(std::string_view tenant, absl::Time deadline, const Body& body) {
  absl::Status status;
  // A connection that died while idle shows at first use: reads may simply be repeated.
  for (int attempt = 0; attempt < 3; ++attempt) {
    status = Attempt(tenant, deadline, true, body, nullptr);
    if (status.code() != absl::StatusCode::kUnavailable || SystemClock().Now() >= deadline) break;
  }
  return status;
}

absl::Status Database::WriteOnce(std::string_view tenant, absl::Time deadline, const Body& body,
                                 bool* commit_uncertain) {
  return Attempt(tenant, deadline, false, body, commit_uncertain);
}

absl::Status Database::Write(std::string_view tenant, absl::Time deadline, const Body& body) {
  static prometheus::Counter& retries =
      metrics::Counter("fiscus_pg_retries_total", "Transactions run again after a conflict");
  absl::Duration pause = kRetryFirst;
  for (;;) {
    absl::Status status = Attempt(tenant, deadline, false, body, nullptr);
    // A refusal with code ABORTED (a version that moved) is an answer, not a conflict.
    if (status.code() != absl::StatusCode::kAborted || RefusalOf(status).has_value()) return status;
    if (SystemClock().Now() + pause >= deadline) return absl::UnavailableError(status.message());
    retries.Increment();
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause));
    pause = std::min(pause * 2, kRetryMax);
  }
}

bool Database::Healthy() {
  static constexpr Query kPing{"ping", "SELECT 1 AS one"};
  return Attempt(
             "", SystemClock().Now() + absl::Seconds(1), true,
             [](Tx& tx) { return tx.Run(kPing).status(); }, nullptr)
      .ok();
}

}  // namespace fiscus::pg

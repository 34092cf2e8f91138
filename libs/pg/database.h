// PostgreSQL: a bounded pool and transactions that belong to one tenant.
//
// Exceptions of libpqxx end here, by SQLSTATE: 40001 and 40P01 → ABORTED (retried by Transact),
// 23505 → ALREADY_EXISTS, 23xxx → FAILED_PRECONDITION, 57014 → DEADLINE_EXCEEDED, 53xxx, 57xxx and
// lost connections → UNAVAILABLE, else INTERNAL. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/query.h"
#include "libs/pg/rows.h"
#include "libs/runtime/call.h"

namespace fiscus::pg {

class Connection;

// An open transaction (READ COMMITTED; money rests on row locks, CHECK and UNIQUE, never on
// SERIALIZABLE). The row-level security tenant is set for its duration only. Use from one thread.
class Tx {
 public:
  Tx(Connection& connection, std::string tenant)
      : connection_(connection), tenant_(std::move(tenant)) {}
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  // Runs a named query, prepared once per connection.
  absl::StatusOr<Rows> Run(const Query& query, const Args& args = {});
  // As Run, for statements that must change exactly `rows` rows; else ABORTED (somebody else was
  // quicker).
  absl::Status RunExactly(int64_t rows, const Query& query, const Args& args = {});
  const std::string& tenant() const { return tenant_; }

  // What the audit record says about this write; the first call wins. `before` and `after` are
  // digested, not stored.
  void AuditSubject(std::string_view subject, std::string_view before, std::string_view after);
  // Appends the audit record of this write; called by Transact.
  absl::Status WriteAudit(const Call& call);
  // Runs after a successful commit, on the committing thread (wake a relay, feed a hub). Must not
  // fail.
  void OnCommit(std::function<void()> hook);

 private:
  friend class Database;
  Connection& connection_;
  const std::string tenant_;
  std::string audit_subject_;
  std::string audit_before_;
  std::string audit_after_;
  std::vector<std::function<void()>> hooks_;
};

struct DatabaseOptions {
  std::string dsn;  // app role; never logged
  int pool_size = 20;
  absl::Duration statement_timeout = absl::Seconds(8);
  std::string service;  // application_name
};

class Database {
 public:
  // Does not connect yet: a database that is down is UNAVAILABLE at first use, and used again when
  // it is back.
  explicit Database(DatabaseOptions options);
  ~Database();

  using Body = std::function<absl::Status(Tx&)>;
  // A read-only transaction of the tenant.
  absl::Status Read(std::string_view tenant, absl::Time deadline, const Body& body);
  // A transaction of the tenant, retried on ABORTED while time is left (the body runs again from
  // the start). For jobs and consumers, whose repetition is harmless; RPCs use Transact. An
  // uncertain commit is UNAVAILABLE.
  absl::Status Write(std::string_view tenant, absl::Time deadline, const Body& body);
  // One attempt, no retry. `commit_uncertain` (may be null) is set when the outcome of the commit
  // is not known.
  absl::Status WriteOnce(std::string_view tenant, absl::Time deadline, const Body& body,
                         bool* commit_uncertain);
  // True if the database answers within a second.
  bool Healthy();

  const DatabaseOptions& options() const { return options_; }

 private:
  struct Pool;
  absl::StatusOr<std::unique_ptr<Connection>> Acquire(absl::Time deadline);
  void Release(std::unique_ptr<Connection> connection);
  absl::Status Attempt(std::string_view tenant, absl::Time deadline, bool read_only,
                       const Body& body, bool* commit_uncertain);

  const DatabaseOptions options_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace fiscus::pg

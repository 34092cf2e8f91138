// The only header that sees libpqxx: a connection, its prepared statements and the mapping of its
// exceptions.
#pragma once

#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/query.h"

namespace fiscus::pg {

class RowsImpl {
 public:
  explicit RowsImpl(const pqxx::result& result) : result_(result) {}
  pqxx::field At(int row, const char* column) const;
  const pqxx::result& result() const { return result_; }

 private:
  pqxx::result result_;
};

// The canonical status of the exception being handled; call inside a catch block. `query` names the
// statement, for the log.
absl::Status StatusOfException(const char* query);

// One connection and its open transaction, if any. Use from one thread.
class Connection {
 public:
  explicit Connection(const std::string& dsn) : connection_(dsn) {}
  bool usable() const { return usable_ && connection_.is_open(); }
  void MarkBroken() { usable_ = false; }
  pqxx::connection& raw() { return connection_; }
  void Begin() { transaction_.emplace(connection_); }
  pqxx::work& transaction() { return *transaction_; }
  void End() { transaction_.reset(); }
  // Prepares the statement on first use.
  void Prepare(const Query& query);

 private:
  pqxx::connection connection_;
  std::optional<pqxx::work> transaction_;
  std::unordered_set<std::string> prepared_;
  bool usable_ = true;
};

}  // namespace fiscus::pg

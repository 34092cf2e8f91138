#include "libs/pg/connection.h"

#include <cstdlib>

#include "libs/runtime/log.h"

namespace fiscus::pg {
namespace {

absl::Status FromSqlState(const std::string& state, const std::string& text) {
  const std::string group = state.substr(0, 2);
  if (state == "40001" || state == "40P01" || state == "55P03") return absl::AbortedError(text);
  if (state == "23505") return absl::AlreadyExistsError(text);
  if (group == "23") return absl::FailedPreconditionError(text);
  if (state == "57014") return absl::DeadlineExceededError(text);
  if (group == "53" || group == "57" || group == "08") return absl::UnavailableError(text);
  return absl::InternalError(text);
}

}  // namespace

pqxx::field RowsImpl::At(int row, const char* column) const {
  try {
    return result_.at(row).at(column);
  } catch (const std::exception& error) {  // a query and its reader disagree: a programming error
    log::Error("no such column", {{"column", column}, {"error", error.what()}});
    std::abort();
  }
}

void Connection::Prepare(const Query& query) {
  if (prepared_.insert(query.name).second) {
    try {
      connection_.prepare(query.name, query.sql);
    } catch (...) {
      prepared_.erase(query.name);
      throw;
    }
  }
}

absl::Status StatusOfException(const char* query) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error& error) {
    return absl::UnavailableError(std::string("commit in doubt: ") + error.what());
  } catch (const pqxx::broken_connection& error) {
    return absl::UnavailableError(std::string("connection lost: ") + error.what());
  } catch (const pqxx::serialization_failure& error) {
    return absl::AbortedError(error.what());
  } catch (const pqxx::deadlock_detected& error) {
    return absl::AbortedError(error.what());
  } catch (const pqxx::sql_error& error) {
    return FromSqlState(error.sqlstate(), std::string(query) + ": " + error.what());
  } catch (const std::exception& error) {
    return absl::InternalError(std::string(query) + ": " + error.what());
  }
}

}  // namespace fiscus::pg

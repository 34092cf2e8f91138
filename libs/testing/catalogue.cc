#include "libs/testing/catalogue.h"

#include <pqxx/pqxx>

#include "libs/testing/queries.h"

namespace fiscus::testing {
namespace {

std::string ArrayText(const std::vector<std::string>& names) {
  std::string text = "{";
  for (const std::string& name : names) text += (text.size() > 1 ? "," : "") + name;
  return text + "}";
}

std::vector<std::string> Column(const pqxx::result& result) {
  std::vector<std::string> texts;
  for (const auto& row : result) texts.emplace_back(row[0].c_str());
  return texts;
}

std::string UserOf(const std::string& dsn) {
  pqxx::connection connection(dsn);
  return connection.username();
}

}  // namespace

std::vector<std::string> IsolationFaults(const TestDatabase& database,
                                         const CatalogueExemptions& exemptions) {
  pqxx::connection connection(database.owner_dsn());
  pqxx::work work(connection);
  return Column(work.exec_params(sql::kIsolationFaults.sql, UserOf(database.dsn()),
                                 ArrayText(exemptions.without_rls),
                                 ArrayText(exemptions.open_reads)));
}

std::vector<std::string> UncommentedColumns(const TestDatabase& database) {
  pqxx::connection connection(database.owner_dsn());
  pqxx::work work(connection);
  return Column(work.exec(sql::kUncommentedColumns.sql));
}

}  // namespace fiscus::testing

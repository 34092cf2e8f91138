#include "services/budget/store/line_store.h"

#include <utility>

#include "libs/core/status.h"
#include "services/budget/store/queries.h"
#include "services/budget/store/rows.h"

namespace fiscus::budget::store {
namespace {

constexpr const char* kBeforeFirst = "00000000-0000-0000-0000-000000000000";

absl::StatusOr<std::map<std::string, std::string>> Units(pg::Tx& tx, const pg::Query& query,
                                                         const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(query, pg::Args().Text(tx.tenant()).TextArray(ids)));
  std::map<std::string, std::string> units;
  for (const pg::Row row : rows) units[row.Text("id")] = row.Text("unit_path");
  return units;
}

}  // namespace

absl::StatusOr<std::optional<Line>> FindLine(pg::Tx& tx, const std::string& line_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kGetLine, pg::Args().Text(tx.tenant()).Text(line_id)));
  if (rows.empty()) return std::optional<Line>();
  return std::optional<Line>(LineOf(rows[0]));
}

absl::StatusOr<std::optional<Reservation>> FindReservation(pg::Tx& tx,
                                                           const std::string& reservation_id) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kLoadReservations, pg::Args().Text(tx.tenant()).TextArray({reservation_id})));
  if (rows.empty()) return std::optional<Reservation>();
  return std::optional<Reservation>(ReservationOf(rows[0]));
}

absl::StatusOr<Encumbrance> FindEncumbrance(pg::Tx& tx, const std::string& line_id,
                                            const std::string& contract_id) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kLoadEncumbrances,
             pg::Args().Text(tx.tenant()).TextArray({line_id}).TextArray({contract_id})));
  return rows.empty() ? Encumbrance() : EncumbranceOf(rows[0]);
}

absl::StatusOr<std::vector<Line>> ListLines(pg::Tx& tx, const LineFilter& filter,
                                            const std::string& after_line_id, int limit) {
  pg::Args args;
  args.Text(tx.tenant()).TextArray(filter.scopes).Text(filter.under_path).Int(filter.fiscal_year);
  args.Text(after_line_id.empty() ? kBeforeFirst : after_line_id).Int(limit);
  const bool by_project = !filter.project_id.empty();
  if (by_project) args.Text(filter.project_id);
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(by_project ? sql::kListProjectLinesPage : sql::kListLinesPage, args));
  std::vector<Line> lines;
  for (const pg::Row row : rows) lines.push_back(LineOf(row));
  return lines;
}

absl::StatusOr<std::vector<StoredEntry>> ListEntries(pg::Tx& tx, const std::string& line_id,
                                                     int64_t after_version, int limit) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kListEntriesPage,
             pg::Args().Text(tx.tenant()).Text(line_id).Int(after_version).Int(limit)));
  std::vector<StoredEntry> entries;
  for (const pg::Row row : rows) entries.push_back(EntryOf(row));
  return entries;
}

absl::StatusOr<std::vector<UnitSum>> SumByUnit(pg::Tx& tx, const LineFilter& filter) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kSumByUnit, pg::Args()
                                                                    .Text(tx.tenant())
                                                                    .TextArray(filter.scopes)
                                                                    .Text(filter.under_path)
                                                                    .Int(filter.fiscal_year)));
  std::vector<UnitSum> sums;
  for (const pg::Row row : rows) {
    UnitSum sum{.unit_path = row.Text("unit_path"),
                .currency = row.Text("currency"),
                .mode = static_cast<LineMode>(row.Int("mode")),
                .lines = row.Int("lines"),
                .buckets = {}};
    for (const char* column : kBucketColumns) sum.buckets.push_back(row.Text(column));
    sums.push_back(std::move(sum));
  }
  return sums;
}

absl::StatusOr<std::map<std::string, std::string>> UnitsOfLines(
    pg::Tx& tx, const std::vector<std::string>& line_ids) {
  return Units(tx, sql::kFindLineUnits, line_ids);
}

absl::StatusOr<std::map<std::string, std::string>> UnitsOfReservations(
    pg::Tx& tx, const std::vector<std::string>& reservation_ids) {
  return Units(tx, sql::kFindReservationUnits, reservation_ids);
}

absl::Status SaveFundPlan(pg::Tx& tx, const std::string& line_id,
                          const std::vector<int64_t>& monthly, absl::CivilDay effective_date) {
  return tx
      .Run(sql::kSaveFundPlan,
           pg::Args().Text(tx.tenant()).Text(line_id).IntArray(monthly).Date(effective_date))
      .status();
}

}  // namespace fiscus::budget::store

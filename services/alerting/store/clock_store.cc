#include "services/alerting/store/clock_store.h"

#include <map>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "services/alerting/store/queries.h"

namespace fiscus::alerting {
namespace {

using pg::Args;
using pg::Row;
using pg::Rows;

// Where the calendar of dates ends on both sides (libs/core/dates.h).
constexpr absl::CivilDay kFirstDay(1900, 1, 1);
constexpr absl::CivilDay kLastDay(2199, 12, 31);

std::optional<absl::CivilDay> ClosedOn(const Rows& rows) {
  if (rows.empty() || rows[0].IsNull("closed_on")) return std::nullopt;
  return rows[0].Date("closed_on");
}

}  // namespace

absl::StatusOr<std::optional<absl::CivilDay>> LastClosedDay(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Run(sql::kLoadClock, Args().Text(tx.tenant())));
  return ClosedOn(rows);
}

absl::StatusOr<std::optional<absl::CivilDay>> LockClock(pg::Tx& tx) {
  // FOR UPDATE locks nothing where there is no row.
  RETURN_IF_ERROR(tx.Run(sql::kEnsureClock, Args().Text(tx.tenant())).status());
  ASSIGN_OR_RETURN(const Rows rows, tx.Run(sql::kLockClock, Args().Text(tx.tenant())));
  return ClosedOn(rows);
}

absl::Status AdvanceClock(pg::Tx& tx, absl::CivilDay day, const std::string& actor,
                          absl::Time now) {
  return tx.RunExactly(1, sql::kAdvanceClock,
                       Args().Text(tx.tenant()).Date(day).Time(now).Text(actor));
}

absl::Status KnowTenant(pg::Tx& tx, absl::Time now) {
  return tx.Run(sql::kKnowTenant, Args().Text(tx.tenant()).Time(now)).status();
}

absl::StatusOr<std::vector<KnownTenant>> ListKnownTenants(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Run(sql::kListKnownTenants));
  std::vector<KnownTenant> tenants;
  for (const Row row : rows) tenants.push_back({row.Text("tenant"), row.Time("known_at")});
  return tenants;
}

absl::StatusOr<std::vector<NamedDay>> ListNamedDays(pg::Tx& tx, absl::CivilDay first,
                                                    absl::CivilDay last) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kListCalendarDays, Args().Text(tx.tenant()).Date(first).Date(last)));
  std::vector<NamedDay> days;
  for (const Row row : rows)
    days.push_back({row.Date("date"), row.Bool("worked"), row.Text("name")});
  return days;
}

absl::Status SaveNamedDays(pg::Tx& tx, const std::vector<NamedDay>& days) {
  std::vector<std::string> dates, worked, names;
  for (const NamedDay& day : days) {
    dates.push_back(FormatDate(day.date));
    worked.emplace_back(day.worked ? "true" : "false");
    names.push_back(day.name);
  }
  return tx
      .Run(sql::kSaveCalendarDays,
           Args().Text(tx.tenant()).TextArray(dates).TextArray(worked).TextArray(names))
      .status();
}

absl::Status ForgetNamedDays(pg::Tx& tx, const std::vector<absl::CivilDay>& days) {
  std::vector<std::string> dates;
  for (const absl::CivilDay day : days) dates.push_back(FormatDate(day));
  return tx.Run(sql::kDeleteCalendarDays, Args().Text(tx.tenant()).TextArray(dates)).status();
}

absl::StatusOr<Calendar> LoadCalendar(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const std::vector<NamedDay> days, ListNamedDays(tx, kFirstDay, kLastDay));
  std::map<absl::CivilDay, bool> exceptions;
  for (const NamedDay& day : days) exceptions.emplace(day.date, day.worked);
  return Calendar(std::move(exceptions));
}

absl::Status AppendFeed(pg::Tx& tx, const std::vector<FeedEntry>& entries) {
  if (entries.empty()) return absl::OkStatus();
  const auto count = static_cast<int64_t>(entries.size());
  ASSIGN_OR_RETURN(const Rows head, tx.Run(sql::kAdvanceFeed, Args().Text(tx.tenant()).Int(count)));
  std::vector<std::string> ids, paths, projects, alerts;
  std::vector<int64_t> states;
  for (const FeedEntry& entry : entries) {
    ids.push_back(entry.alert_id);
    paths.push_back(entry.unit_path);
    projects.push_back(entry.project_id);
    states.push_back(entry.from_state);
    alerts.push_back(entry.alert);
  }
  return tx
      .Run(sql::kInsertChanges, Args()
                                    .Text(tx.tenant())
                                    .Int(head[0].Int("last_position") - count)
                                    .TextArray(ids)
                                    .TextArray(paths)
                                    .TextOrNullArray(projects)
                                    .IntArray(states)
                                    .BytesArray(alerts))
      .status();
}

absl::StatusOr<std::vector<FeedEntry>> ReadFeed(pg::Tx& tx, int64_t after, int limit) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kListChanges, Args().Text(tx.tenant()).Int(after).Int(limit)));
  std::vector<FeedEntry> entries;
  for (const Row row : rows) {
    entries.push_back({.position = row.Int("position"),
                       .unit_path = row.Text("unit_path"),
                       .project_id = row.Text("project_id"),
                       .from_state = static_cast<int>(row.Int("from_state")),
                       .alert = row.Bytes("alert")});
  }
  return entries;
}

absl::StatusOr<int64_t> FeedHead(pg::Tx& tx) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Run(sql::kLoadFeedHead, Args().Text(tx.tenant())));
  return rows.empty() ? 0 : rows[0].Int("last_position");
}

}  // namespace fiscus::alerting

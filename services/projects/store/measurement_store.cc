#include "services/projects/store/measurement_store.h"

#include <utility>

#include "libs/core/status.h"
#include "services/projects/domain/reason.h"
#include "services/projects/store/columns.h"
#include "services/projects/store/queries.h"

namespace fiscus::projects {
namespace {

Measurement MeasurementOf(const pg::Row& row) {
  return {.measurement_id = row.Text("measurement_id"),
          .project_id = row.Text("project_id"),
          .measured_on = row.Date("measured_on"),
          .quantities = {},
          .state = static_cast<MeasurementState>(row.Int("state")),
          .recorded_by = row.Text("recorded_by"),
          .correction = row.Bool("correction"),
          .reason = row.Text("reason")};
}

absl::Status LoadQuantities(pg::Tx& tx, std::vector<Measurement>& measurements) {
  std::map<std::string, Measurement*> by_id;
  std::vector<std::string> ids;
  for (Measurement& measurement : measurements) {
    by_id[measurement.measurement_id] = &measurement;
    ids.push_back(measurement.measurement_id);
  }
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLoadQuantities, pg::Args().Text(tx.tenant()).TextArray(ids)));
  for (const pg::Row row : rows) {
    by_id.at(row.Text("measurement_id"))
        ->quantities.push_back({row.Text("work_item_id"), row.Int("quantity_milli")});
  }
  return absl::OkStatus();
}

absl::Status InsertQuantities(pg::Tx& tx, const std::vector<Measurement>& measurements) {
  std::vector<std::string> owners;
  std::vector<std::string> items;
  std::vector<int64_t> ordinals;
  std::vector<int64_t> quantities;
  for (const Measurement& measurement : measurements) {
    int64_t ordinal = 0;
    for (const MeasuredQuantity& quantity : measurement.quantities) {
      owners.push_back(measurement.measurement_id);
      ordinals.push_back(++ordinal);
      items.push_back(quantity.work_item_id);
      quantities.push_back(quantity.quantity_milli);
    }
  }
  return tx
      .Run(sql::kInsertQuantities, pg::Args()
                                       .Text(tx.tenant())
                                       .TextArray(owners)
                                       .IntArray(ordinals)
                                       .TextArray(items)
                                       .IntArray(quantities))
      .status();
}

}  // namespace

absl::StatusOr<bool> InsertMeasurements(pg::Tx& tx, const std::vector<Measurement>& measurements) {
  if (measurements.empty()) return true;
  using M = const Measurement&;
  Columns columns(pg::Args().Text(tx.tenant()));
  columns.Text(measurements, [](M m) { return m.measurement_id; })
      .Text(measurements, [](M m) { return m.project_id; })
      .Text(measurements, [](M m) { return FormatDate(m.measured_on); })
      .Int(measurements, [](M m) { return m.state; })
      .Text(measurements, [](M m) { return m.recorded_by; })
      .Bool(measurements, [](M m) { return m.correction; })
      .Text(measurements, [](M m) { return m.reason; });
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kInsertMeasurements, columns.args()));
  if (rows.affected() != static_cast<int64_t>(measurements.size())) return false;
  RETURN_IF_ERROR(InsertQuantities(tx, measurements));
  return true;
}

absl::StatusOr<Measurement> LoadMeasurement(pg::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLoadMeasurement, pg::Args().Text(tx.tenant()).Text(id)));
  if (rows.empty()) {
    return Refused(Reason::kMeasurementNotFound, "there is no such measurement",
                   {{"measurement_id", id}});
  }
  std::vector<Measurement> found = {MeasurementOf(rows[0])};
  RETURN_IF_ERROR(LoadQuantities(tx, found));
  return std::move(found[0]);
}

absl::Status DecideMeasurement(pg::Tx& tx, const Measurement& measurement,
                               const std::string& decided_by) {
  return tx.RunExactly(1, sql::kDecideMeasurement,
                       pg::Args()
                           .Text(tx.tenant())
                           .Text(measurement.measurement_id)
                           .Int(static_cast<int64_t>(measurement.state))
                           .Text(decided_by)
                           .Text(measurement.reason));
}

absl::StatusOr<MeasurementPage> ListMeasurements(pg::Tx& tx, const MeasurementFilter& filter) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kListMeasurements, pg::Args()
                                                      .Text(tx.tenant())
                                                      .Text(filter.project_id)
                                                      .TextOrNull(filter.after_date)
                                                      .TextOrNull(filter.after_id)
                                                      .Int(filter.limit + 1)));
  MeasurementPage page;
  int64_t quantities = 0;
  for (const pg::Row row : rows) {
    quantities += row.Int("quantities");
    const bool full = static_cast<int>(page.measurements.size()) == filter.limit ||
                      (!page.measurements.empty() && quantities > kPageQuantitiesMax);
    if (full) {
      page.more = true;
      break;
    }
    page.measurements.push_back(MeasurementOf(row));
  }
  RETURN_IF_ERROR(LoadQuantities(tx, page.measurements));
  return page;
}

absl::StatusOr<std::map<std::string, ImportItem>> FindImportItems(
    pg::Tx& tx, const std::vector<std::string>& request_ids) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kFindImportItems, pg::Args().Text(tx.tenant()).TextArray(request_ids)));
  std::map<std::string, ImportItem> items;
  for (const pg::Row row : rows) {
    items[row.Text("request_id")] = {.request_id = row.Text("request_id"),
                                     .project_id = row.Text("project_id"),
                                     .digest = row.Bytes("digest")};
  }
  return items;
}

absl::StatusOr<LastReports> LoadLastReports(pg::Tx& tx,
                                            const std::vector<std::string>& project_ids) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kLoadLastReports, pg::Args().Text(tx.tenant()).TextArray(project_ids)));
  LastReports reports;
  for (const pg::Row row : rows) {
    reports[row.Text("project_id")] = {.reported_on = row.Date("reported_on"),
                                       .digest = row.Bytes("digest")};
  }
  return reports;
}

absl::Status SaveLastReports(pg::Tx& tx, const LastReports& reports) {
  if (reports.empty()) return absl::OkStatus();
  Columns columns(pg::Args().Text(tx.tenant()));
  columns.Text(reports, [](const auto& r) { return r.first; }).Text(reports, [](const auto& r) {
    return FormatDate(r.second.reported_on);
  });
  std::vector<std::string> digests;
  for (const auto& [project_id, report] : reports) digests.push_back(report.digest);
  return tx.Run(sql::kSaveLastReports, columns.args().BytesArray(digests)).status();
}

absl::Status InsertImportItems(pg::Tx& tx, const std::vector<ImportItem>& items, absl::Time now) {
  if (items.empty()) return absl::OkStatus();
  Columns columns(pg::Args().Text(tx.tenant()));
  columns.Text(items, [](const ImportItem& i) { return i.request_id; })
      .Text(items, [](const ImportItem& i) { return i.project_id; });
  std::vector<std::string> digests;
  for (const ImportItem& item : items) digests.push_back(item.digest);
  const absl::Status inserted =
      tx.Run(sql::kInsertImportItems, columns.args().BytesArray(digests).Time(now)).status();
  if (inserted.code() == absl::StatusCode::kAlreadyExists) {
    return absl::AbortedError(inserted.message());
  }
  return inserted;
}

}  // namespace fiscus::projects

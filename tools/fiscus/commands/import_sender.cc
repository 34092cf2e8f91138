#include "tools/fiscus/commands/import_sender.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"

#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/identity/v1/identity_service.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/core/status.h"
#include "libs/runtime/clock.h"

namespace fiscus::cli {
namespace {

namespace pb = imports::v1;

constexpr int kOperationsMax = 1000;           // of one BatchRecordObserved
constexpr int kQuantityWhole_milli = 100'000;  // 100.000 %

void Refused(SentRow& row, const std::string& reason, const std::string& message) {
  if (!row.reason.empty()) return;  // the first refusal explains the others
  row.reason = reason.empty() ? "REFUSED" : reason;
  row.message = message;
}

budget::v1::Operation OperationOf(pb::OperationKind kind) {
  switch (kind) {
    case pb::OPERATION_KIND_APPROVE:
      return budget::v1::OPERATION_APPROVE;
    case pb::OPERATION_KIND_SUPPLEMENT:
      return budget::v1::OPERATION_SUPPLEMENT;
    case pb::OPERATION_KIND_REDUCE:
      return budget::v1::OPERATION_REDUCE;
    case pb::OPERATION_KIND_ENCUMBER:
      return budget::v1::OPERATION_ENCUMBER;
    case pb::OPERATION_KIND_LIQUIDATE:
      return budget::v1::OPERATION_LIQUIDATE;
    case pb::OPERATION_KIND_OBSERVED_PAY:
      return budget::v1::OPERATION_OBSERVED_PAY;
    case pb::OPERATION_KIND_REFUND:
      return budget::v1::OPERATION_REFUND;
    default:
      return budget::v1::OPERATION_UNSPECIFIED;
  }
}

// The reported progress as the certified quantity of one work item, the whole project in percent.
void AddProgress(const pb::Record& record, projects::v1::ImportedProject& imported) {
  const pb::MeasurementRecord& measurement = record.measurement();
  if (record.project().investment().minor() <= 0) return;  // a work item needs a value
  projects::v1::WorkItem& item = *imported.add_work_items();
  item.set_work_item_id(measurement.work_item_id());
  item.set_name(measurement.work_item());
  item.set_value(record.project().investment().minor());
  item.set_quantity_milli(kQuantityWhole_milli);
  item.set_quantity_unit("%");
  item.set_planned_start(record.project().planned_start());
  item.set_planned_end(record.project().planned_end());
  item.set_certified_milli(int64_t{measurement.physical_bp()} *
                           10);  // basis points to thousandths of a percent
}

// The day that a row speaks of: that of its progress, else of its latest operation.
std::string ReportedOn(const pb::Record& record) {
  std::string day = record.measurement().date();
  for (const pb::OperationRecord& operation : record.operation()) {
    if (!record.has_measurement()) day = std::max(day, operation.effective_date());
  }
  return day;
}

void FillLine(const pb::Record& record, const std::string& path, const std::string& document,
              budget::v1::BudgetLine& line) {
  line.set_line_id(record.line().id());
  line.set_code(record.line().code());
  line.set_document_no(document);
  line.set_unit_path(path);
  line.set_project_id(record.project().id());
  line.set_fiscal_year(record.line().fiscal_year());
  line.set_currency(record.line().currency());
  line.set_mode(budget::v1::LINE_MODE_OBSERVED);
  line.mutable_classification()->set_fund_nature(record.line().fund_nature());
  line.mutable_classification()->set_function_class(record.line().function_class());
  line.mutable_classification()->set_economic_class(record.line().economic_class());
}

}  // namespace

std::string ImportSender::PathOf(const pb::Record& record) const {
  return record.has_unit() ? absl::StrCat(options_.root_path, record.unit().segment(), "/")
                           : options_.root_path;
}

std::string ImportSender::SourceOf(const pb::Record& record) const {
  return absl::StrCat(options_.profile, ":", record.key());
}

absl::StatusOr<std::vector<SentRow>> ImportSender::Send(const std::vector<pb::Record>& records) {
  Rows rows(records.size());
  for (SentRow& row : rows) row.repeated = true;  // until something new is seen
  RETURN_IF_ERROR(SendUnits(records, rows));
  RETURN_IF_ERROR(SendProjects(records, rows));
  RETURN_IF_ERROR(SendOperations(records, rows));
  return rows;
}

absl::Status ImportSender::SendUnits(const std::vector<pb::Record>& records, Rows& rows) {
  identity::v1::BatchCreateUnitsRequest request;
  request.set_request_id(NewUuid());
  std::map<std::string, int> position;  // path → index in the request
  for (const pb::Record& record : records) {
    const std::string path = PathOf(record);
    const bool known = std::binary_search(known_units_.begin(), known_units_.end(), path);
    if (!record.has_unit() || known || !position.emplace(path, request.units_size()).second)
      continue;
    identity::v1::CreateUnitRequest& unit = *request.add_units();
    unit.set_parent_path(options_.root_path);
    unit.set_code(record.unit().segment());
    unit.set_name(record.unit().name());
    unit.set_kind(identity::v1::UNIT_KIND_BUDGET_UNIT);
  }
  // Units have no check-only call; a dry run leaves them out.
  if (request.units().empty() || options_.dry_run) return absl::OkStatus();
  identity::v1::BatchCreateUnitsResponse response;
  RETURN_IF_ERROR(call_("fiscus.identity.v1.IdentityService.BatchCreateUnits", request, response));
  if (response.results_size() != request.units_size())
    return absl::InternalError("units: results are missing");
  for (size_t i = 0; i < records.size(); ++i) {
    const auto found = position.find(PathOf(records[i]));
    if (found == position.end()) continue;
    const identity::v1::UnitResult& result = response.results(found->second);
    if (result.code() != 0)
      Refused(rows[i], result.reason(),
              absl::StrCat("unit ", found->first, ": ", result.message()));
  }
  for (const auto& [path, index] : position) {
    if (response.results(index).code() == 0) known_units_.push_back(path);
  }
  std::sort(known_units_.begin(), known_units_.end());
  return absl::OkStatus();
}

absl::Status ImportSender::SendProjects(const std::vector<pb::Record>& records, Rows& rows) {
  projects::v1::BatchImportProjectsRequest request;
  request.set_request_id(NewUuid());
  request.set_validate_only(options_.dry_run);
  std::vector<size_t> row_of;
  for (size_t i = 0; i < records.size(); ++i) {
    if (!records[i].has_project() || !rows[i].reason.empty()) continue;
    const pb::ProjectRecord& record = records[i].project();
    projects::v1::ImportedProject& imported = *request.add_projects();
    imported.set_request_id(record.id());  // one request makes one project
    projects::v1::Project& project = *imported.mutable_project();
    project.set_project_id(record.id());
    project.set_code(record.code());
    project.set_name(record.name());
    project.set_unit_path(PathOf(records[i]));
    project.set_sector(record.sector());
    project.set_currency(record.investment().currency());
    project.set_approved_investment(record.investment().minor());
    project.set_planned_start(record.planned_start());
    project.set_planned_end(record.planned_end());
    project.set_state(projects::v1::PROJECT_STATE_EXECUTING);
    project.set_observed(true);
    project.set_key_project(record.key_project());
    project.set_source_ref(SourceOf(records[i]));
    imported.set_reported_on(ReportedOn(records[i]));
    if (records[i].has_measurement()) AddProgress(records[i], imported);
    row_of.push_back(i);
  }
  if (row_of.empty()) return absl::OkStatus();
  projects::v1::BatchImportProjectsResponse response;
  RETURN_IF_ERROR(
      call_("fiscus.projects.v1.ProjectsService.BatchImportProjects", request, response));
  if (response.results_size() != request.projects_size())
    return absl::InternalError("projects: results are missing");
  for (size_t i = 0; i < row_of.size(); ++i) {
    const projects::v1::ImportProjectResult& result = response.results(static_cast<int>(i));
    SentRow& row = rows[row_of[i]];
    if (result.status().code() != 0)
      Refused(row, result.status().reason(), "project: " + result.status().message());
    row.repeated = row.repeated && result.replayed();
  }
  return absl::OkStatus();
}

absl::Status ImportSender::SendOperations(const std::vector<pb::Record>& records, Rows& rows) {
  size_t next = 0;
  while (next < records.size()) {
    budget::v1::BatchRecordObservedRequest request;
    request.set_request_id(NewUuid());
    request.set_validate_only(options_.dry_run);
    std::vector<size_t> row_of;
    // A row's operations stay in one batch: they build on each other.
    for (; next < records.size() &&
           request.operations_size() + records[next].operation_size() <= kOperationsMax;
         ++next) {
      const pb::Record& record = records[next];
      if (!rows[next].reason.empty()) continue;
      for (const pb::OperationRecord& from : record.operation()) {
        budget::v1::ObservedOperation& operation = *request.add_operations();
        operation.set_request_id(from.id());
        operation.set_line_id(record.line().id());
        operation.set_operation(OperationOf(from.kind()));
        operation.mutable_amount()->CopyFrom(from.amount());
        operation.set_effective_date(from.effective_date());
        operation.set_unit_path(PathOf(record));
        operation.set_source_ref(absl::StrCat(SourceOf(record), " ", from.document()));
        const bool first = from.kind() == pb::OPERATION_KIND_APPROVE;
        if (first) FillLine(record, PathOf(record), from.document(), *operation.mutable_line());
        row_of.push_back(next);
      }
    }
    if (row_of.empty()) {
      if (next < records.size() && records[next].operation_size() > kOperationsMax) {
        return absl::InvalidArgumentError(absl::StrCat(
            "row ", records[next].row(), " has more than ", kOperationsMax, " operations"));
      }
      continue;
    }
    budget::v1::BatchRecordObservedResponse response;
    RETURN_IF_ERROR(call_("fiscus.budget.v1.BudgetService.BatchRecordObserved", request, response));
    if (response.results_size() != request.operations_size())
      return absl::InternalError("operations: results are missing");
    for (size_t i = 0; i < row_of.size(); ++i) {
      const budget::v1::ObservedResult& result = response.results(static_cast<int>(i));
      const std::string what =
          budget::v1::Operation_Name(request.operations(static_cast<int>(i)).operation());
      if (result.status().code() != 0)
        Refused(rows[row_of[i]], result.status().reason(), what + ": " + result.status().message());
      rows[row_of[i]].repeated = rows[row_of[i]].repeated && result.replayed();
    }
  }
  return absl::OkStatus();
}

}  // namespace fiscus::cli

#include "tools/fiscus/commands/import_sender.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"

#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/identity/v1/identity_service.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/runtime/clock.h"
#include "libs/tabular/increment.h"

namespace fiscus::cli {
namespace {

namespace pb = imports::v1;

constexpr int kOperationsMax = 1000;  // of one BatchRecordObserved
constexpr char kGroupRefused[] = "GROUP_REFUSED";
constexpr int kEntriesPage = 1000;             // of one ListEntries
constexpr int kQuantityWhole_milli = 100'000;  // 100.000 %

void Refused(SentRow& row, const std::string& reason, const std::string& message) {
  // The first refusal explains the others; that another of the group was refused explains nothing.
  if (!row.reason.empty() && row.reason != kGroupRefused) return;
  row.reason = reason.empty() ? "REFUSED" : reason;
  row.message = message;
}

// The kind of an entry; unspecified for what no import posts.
pb::OperationKind KindOf(budget::v1::Operation operation) {
  switch (operation) {
    case budget::v1::OPERATION_APPROVE:
      return pb::OPERATION_KIND_APPROVE;
    case budget::v1::OPERATION_SUPPLEMENT:
      return pb::OPERATION_KIND_SUPPLEMENT;
    case budget::v1::OPERATION_REDUCE:
      return pb::OPERATION_KIND_REDUCE;
    case budget::v1::OPERATION_ENCUMBER:
      return pb::OPERATION_KIND_ENCUMBER;
    case budget::v1::OPERATION_LIQUIDATE:
      return pb::OPERATION_KIND_LIQUIDATE;
    case budget::v1::OPERATION_OBSERVED_PAY:
      return pb::OPERATION_KIND_OBSERVED_PAY;
    case budget::v1::OPERATION_REFUND:
      return pb::OPERATION_KIND_REFUND;
    default:
      return pb::OPERATION_KIND_UNSPECIFIED;
  }
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
  // A work item needs a value; without one the record holds no progress but 0.
  if (record.project().investment().minor() <= 0) return;
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

// Name of a row's operations, which are posted all or none; another content is another group.
std::string GroupOf(const pb::Record& record, const std::vector<pb::OperationRecord>& operations) {
  std::string content;
  for (const pb::OperationRecord& operation : operations) {
    absl::StrAppend(&content, operation.id(), " ", operation.amount().minor(), " ",
                    operation.amount().currency(), "\n");
  }
  return absl::StrCat(record.line().id(), "/", Hex(Sha256(content)).substr(0, 16));
}

// Request id of a report: what is said of a project for a day. The same report again is the same
// request; one that says something else is another.
std::string ReportId(const projects::v1::ImportedProject& imported) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    imported.SerializeToCodedStream(&coded);
  }
  return NamedUuid("fiscus.imports",
                   absl::StrCat(imported.project().project_id(), "\x1f", imported.reported_on(),
                                "\x1f", Hex(Sha256(bytes))));
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
  RETURN_IF_ERROR(ReadJournals(records, rows));
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

// Before anything of a row is sent: a row that contradicts the ledger is refused as a whole.
absl::Status ImportSender::ReadJournals(const std::vector<pb::Record>& records, Rows& rows) {
  pending_.assign(records.size(), {});
  for (size_t i = 0; i < records.size(); ++i) {
    if (!records[i].has_line() || !rows[i].reason.empty()) continue;
    ASSIGN_OR_RETURN(const std::vector<tabular::Posted> journal,
                     ReadJournal(records[i].line().id()));
    if (const auto problem = tabular::Increment(records[i], journal, pending_[i])) {
      pending_[i].clear();
      Refused(rows[i], problem->reason, problem->message);
    }
  }
  return absl::OkStatus();
}

// The entries of a line; none where there is no such line.
absl::StatusOr<std::vector<tabular::Posted>> ImportSender::ReadJournal(const std::string& line_id) {
  budget::v1::ListEntriesRequest request;
  request.set_line_id(line_id);
  request.set_page_size(kEntriesPage);
  std::vector<tabular::Posted> journal;
  while (true) {
    budget::v1::ListEntriesResponse response;
    const absl::Status status =
        call_("fiscus.budget.v1.BudgetService.ListEntries", request, response);
    if (absl::IsNotFound(status)) return journal;
    RETURN_IF_ERROR(status);
    for (const budget::v1::JournalEntry& entry : response.entries())
      journal.push_back({KindOf(entry.operation()), entry.effective_date(), entry.amount()});
    if (response.next_page_token().empty()) return journal;
    request.set_page_token(response.next_page_token());
  }
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
    imported.set_reported_on(records[i].reported_on());
    if (records[i].has_measurement()) AddProgress(records[i], imported);
    imported.set_request_id(ReportId(imported));
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
    // A row's operations stay in one batch: they build on each other, and stand or fall together.
    for (; next < records.size() &&
           request.operations_size() + static_cast<int>(pending_[next].size()) <= kOperationsMax;
         ++next) {
      const pb::Record& record = records[next];
      if (!rows[next].reason.empty()) continue;
      const std::string group = GroupOf(record, pending_[next]);
      for (const pb::OperationRecord& from : pending_[next]) {
        budget::v1::ObservedOperation& operation = *request.add_operations();
        // With the group, hence with all that is posted: a row that was refused and mended is
        // another request, and one that is sent twice at once the same.
        operation.set_request_id(
            NamedUuid("fiscus.imports", absl::StrCat(from.id(), "\x1f", group)));
        operation.set_group(group);
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
      if (next < records.size()) {
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

#include "services/projects/codec/parse.h"

#include <set>
#include <utility>

#include "libs/core/dates.h"
#include "libs/core/ids.h"
#include "libs/core/money.h"
#include "libs/core/status.h"

namespace fiscus::projects {
namespace {

// Sizes in bytes and counts: generous for people, small enough for one event (≤ 900 KiB).
constexpr size_t kCodeMax = 64;
constexpr size_t kNameMax = 400;
constexpr size_t kWordMax = 100;
constexpr size_t kReasonMax = 2000;
constexpr int kTargetsMax = 100;
constexpr int kDocumentsMax = 200;
constexpr int kWorkItemsMax = 2000;
constexpr int kMilestonesMax = 500;
// Work items and milestones together, encoded, with quantities that are still to be certified. What
// is left of an event's 900 KiB is for a measurement of all of them (BaselineSet repeats the items,
// MeasurementCertified also their quantities and contracts).
constexpr size_t kBaselineBytesMax = size_t{600} * 1024;
constexpr size_t kCertifiedBytes = 11;  // of a certified_milli
constexpr size_t kDateBytes = 12;       // of a met_on
constexpr size_t kListedBytes = 4;      // of tag and length
constexpr int kPayeesMax = 50;
// The time zone whose days begin first.
constexpr int kFirstZoneSeconds = 14 * 60 * 60;

std::string At(const std::string& list, int index) {
  return list + "[" + std::to_string(index) + "]";
}

std::optional<absl::CivilDay> OptionalDate(rpc::Fields& fields, const std::string& at,
                                           const std::string& value) {
  if (value.empty()) return std::nullopt;
  return fields.Date(at, value);
}

std::string Currency(rpc::Fields& fields, const std::string& at, const std::string& value) {
  fields.Check(IsCurrency(value), at, "must be an ISO 4217 code, e.g. CNY");
  return value;
}

int64_t AtLeast(rpc::Fields& fields, const std::string& at, int64_t value, int64_t least) {
  fields.Check(value >= least, at, "must be at least " + std::to_string(least));
  return value;
}

bool IsSha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::vector<Target> ParseTargets(rpc::Fields& fields, const std::string& at,
                                 const v1::Project& project) {
  fields.Check(project.targets_size() <= kTargetsMax, at, "must have at most 100 items");
  std::vector<Target> targets;
  for (const v1::Target& target : project.targets()) {
    const std::string here = At(at, static_cast<int>(targets.size()));
    targets.push_back({.name = fields.Text(here + ".name", target.name(), 1, kNameMax),
                       .unit = fields.Text(here + ".unit", target.unit(), 0, kWordMax),
                       .value_milli = target.value_milli()});
  }
  return targets;
}

template <class Documents>
std::vector<DocumentRef> ParseDocuments(rpc::Fields& fields, const std::string& at,
                                        const Documents& given, const Author& author) {
  fields.Check(given.size() <= kDocumentsMax, at, "must have at most 200 items");
  std::vector<DocumentRef> documents;
  for (const v1::DocumentRef& document : given) {
    const std::string here = At(at, static_cast<int>(documents.size()));
    fields.Check(IsDocumentKind(document.kind()), here + ".kind",
                 "must be DECLARATION, REVIEW_OPINION, ESTABLISHMENT_APPROVAL, PERMIT, "
                 "ACCEPTANCE_REPORT, FINAL_ACCOUNT, CONTRACT, DATES_WAIVER, COMPLETION_WAIVER or "
                 "OTHER");
    fields.Check(IsSha256(document.sha256()), here + ".sha256", "must be 64 lower-case hex digits");
    documents.push_back({.kind = document.kind(),
                         .sha256 = document.sha256(),
                         .title = fields.Text(here + ".title", document.title(), 0, kNameMax),
                         .reason = fields.Text(here + ".reason", document.reason(),
                                               IsWaiver(document.kind()) ? 1 : 0, kNameMax),
                         .brought_by = author.actor});
  }
  std::vector<DocumentRef> distinct;
  AddDocuments(documents, distinct);
  return distinct;
}

WorkItem ParseWorkItem(rpc::Fields& fields, const std::string& at, const v1::WorkItem& item) {
  WorkItem out{
      .work_item_id = fields.Uuid(at + ".work_item_id", item.work_item_id()),
      .name = fields.Text(at + ".name", item.name(), 1, kNameMax),
      .contract_id = fields.OptionalUuid(at + ".contract_id", item.contract_id()),
      .value_minor = AtLeast(fields, at + ".value", item.value(), 1),
      .quantity_milli = AtLeast(fields, at + ".quantity_milli", item.quantity_milli(), 1),
      .quantity_unit = fields.Text(at + ".quantity_unit", item.quantity_unit(), 0, kWordMax),
      .planned_start = fields.Date(at + ".planned_start", item.planned_start()),
      .planned_end = fields.Date(at + ".planned_end", item.planned_end()),
      .certified_milli = item.certified_milli()};
  fields.Check(out.planned_end >= out.planned_start, at + ".planned_end",
               "must not be before planned_start");
  return out;
}

template <class Items>
std::vector<WorkItem> ParseWorkItems(rpc::Fields& fields, const std::string& at,
                                     const Items& given) {
  fields.Check(given.size() <= kWorkItemsMax, at, "must have at most 2000 items");
  std::vector<WorkItem> items;
  std::set<std::string> ids;
  for (const v1::WorkItem& item : given) {
    const std::string here = At(at, static_cast<int>(items.size()));
    items.push_back(ParseWorkItem(fields, here, item));
    fields.Check(ids.insert(item.work_item_id()).second, here + ".work_item_id",
                 "must not be given twice");
  }
  return items;
}

void CheckBaselineSize(rpc::Fields& fields,
                       const google::protobuf::RepeatedPtrField<v1::WorkItem>& items,
                       const google::protobuf::RepeatedPtrField<v1::Milestone>& milestones) {
  size_t bytes = 0;
  for (const v1::WorkItem& item : items)
    bytes += item.ByteSizeLong() + kCertifiedBytes + kListedBytes;
  for (const v1::Milestone& milestone : milestones)
    bytes += milestone.ByteSizeLong() + kDateBytes + kListedBytes;
  fields.Check(bytes <= kBaselineBytesMax, "work_items",
               "are too large in all with the milestones (600 KiB): shorten names or join items");
}

std::vector<PayeeAccount> ParsePayees(
    rpc::Fields& fields, const std::string& at,
    const google::protobuf::RepeatedPtrField<v1::PayeeAccount>& given) {
  fields.Check(given.size() <= kPayeesMax, at, "must have at most 50 items");
  std::vector<PayeeAccount> payees;
  for (const v1::PayeeAccount& payee : given) {
    const std::string here = At(at, static_cast<int>(payees.size()));
    payees.push_back(
        {.name = fields.Text(here + ".name", payee.name(), 1, kNameMax),
         .account_no = fields.Text(here + ".account_no", payee.account_no(), 1, kWordMax),
         .bank_code = fields.Text(here + ".bank_code", payee.bank_code(), 1, kWordMax)});
  }
  return payees;
}

}  // namespace

Author AuthorOf(const Call& call) {
  return {.actor = call.Actor(),
          .today = absl::ToCivilDay(call.now, absl::FixedTimeZone(kFirstZoneSeconds))};
}

absl::CivilDay PastDate(rpc::Fields& fields, const std::string& at, const std::string& value,
                        const Author& author) {
  const absl::CivilDay date = fields.Date(at, value);
  fields.Check(date <= author.today, at, "must not be after today");
  return date;
}

Project ParseProject(rpc::Fields& fields, const std::string& at, const v1::Project& project,
                     const Author& author) {
  Project out;
  out.project_id = fields.Uuid(at + ".project_id", project.project_id());
  out.code = fields.Text(at + ".code", project.code(), 1, kCodeMax);
  out.name = fields.Text(at + ".name", project.name(), 1, kNameMax);
  out.unit_path = fields.UnitPath(at + ".unit_path", project.unit_path());
  out.sector = fields.Text(at + ".sector", project.sector(), 0, kWordMax);
  out.parent_project_id =
      fields.OptionalUuid(at + ".parent_project_id", project.parent_project_id());
  fields.Check(
      project.parent_project_id().empty() || project.parent_project_id() != project.project_id(),
      at + ".parent_project_id", "must not be the project itself");
  out.currency = Currency(fields, at + ".currency", project.currency());
  out.approved_investment_minor =
      AtLeast(fields, at + ".approved_investment", project.approved_investment(), 0);
  out.planned_start = OptionalDate(fields, at + ".planned_start", project.planned_start());
  out.planned_end = OptionalDate(fields, at + ".planned_end", project.planned_end());
  fields.Check(!out.planned_start || !out.planned_end || *out.planned_end >= *out.planned_start,
               at + ".planned_end", "must not be before planned_start");
  out.targets = ParseTargets(fields, at + ".targets", project);
  out.documents = ParseDocuments(fields, at + ".documents", project.documents(), author);
  out.key_project = project.key_project();
  out.source_ref = fields.Text(at + ".source_ref", project.source_ref(), 0, kNameMax);
  return out;
}

BaselineCommand ParseBaseline(rpc::Fields& fields, const v1::SetBaselineRequest& request,
                              const Author& author) {
  BaselineCommand command;
  command.effective_date = PastDate(fields, "effective_date", request.effective_date(), author);
  command.work_items = ParseWorkItems(fields, "work_items", request.work_items());
  fields.Check(request.milestones_size() <= kMilestonesMax, "milestones",
               "must have at most 500 items");
  std::set<std::string> ids;
  for (const v1::Milestone& milestone : request.milestones()) {
    const std::string here = At("milestones", static_cast<int>(command.milestones.size()));
    command.milestones.push_back(
        {.milestone_id = fields.Uuid(here + ".milestone_id", milestone.milestone_id()),
         .name = fields.Text(here + ".name", milestone.name(), 1, kNameMax),
         .due_date = fields.Date(here + ".due_date", milestone.due_date()),
         .critical = milestone.critical(),
         .met_on = std::nullopt});
    fields.Check(milestone.met_on().empty(), here + ".met_on",
                 "must be empty: MeetMilestone says when it was met");
    fields.Check(ids.insert(milestone.milestone_id()).second, here + ".milestone_id",
                 "must not be given twice");
  }
  CheckBaselineSize(fields, request.work_items(), request.milestones());
  return command;
}

absl::StatusOr<BaselineAmendment> ParseAmendment(const v1::AmendBaselineRequest& request,
                                                 const Author& author) {
  rpc::Fields fields;
  fields.Uuid("project_id", request.project_id());
  BaselineAmendment amendment{
      .work_items = ParseWorkItems(fields, "work_items", request.work_items()),
      .effective_date = PastDate(fields, "effective_date", request.effective_date(), author),
      .reason = ParseReason(fields, request.reason(), /*needed=*/true),
      .measurement_id = NamedUuid("fiscus.projects.amendment", request.request_id()),
      .actor = author.actor};
  fields.Check(!amendment.work_items.empty(), "work_items", "must not be empty");
  CheckBaselineSize(fields, request.work_items(), {});
  RETURN_IF_ERROR(fields.status());
  return amendment;
}

Contract ParseContract(rpc::Fields& fields, const v1::Contract& given, const Author& author) {
  Contract out;
  out.contract_id = fields.Uuid("contract.contract_id", given.contract_id());
  out.contract_no = fields.Text("contract.contract_no", given.contract_no(), 1, kCodeMax);
  out.project_id = fields.Uuid("contract.project_id", given.project_id());
  out.line_id = fields.Uuid("contract.line_id", given.line_id());
  out.supplier_name = fields.Text("contract.supplier_name", given.supplier_name(), 1, kNameMax);
  out.supplier_code = fields.Text("contract.supplier_code", given.supplier_code(), 0, kWordMax);
  fields.Check(!given.payees().empty(), "contract.payees",
               "must have 1 to 50 items: nobody else may be paid");
  out.payees = ParsePayees(fields, "contract.payees", given.payees());
  out.currency = Currency(fields, "contract.currency", given.currency());
  out.original_value_minor = AtLeast(fields, "contract.original_value", given.original_value(), 1);
  out.advance_minor = AtLeast(fields, "contract.advance", given.advance(), 0);
  out.retention_bp =
      static_cast<int32_t>(AtLeast(fields, "contract.retention_bp", given.retention_bp(), 0));
  out.signed_on = OptionalDate(fields, "contract.signed_on", given.signed_on());
  out.planned_end = OptionalDate(fields, "contract.planned_end", given.planned_end());
  out.drafted_by = author.actor;
  out.tendered_works = given.tendered_works();
  return out;
}

absl::StatusOr<Modification> ParseModification(const v1::CreateModificationRequest& request,
                                               const std::string& drafter) {
  rpc::Fields fields;
  const v1::Modification& given = request.modification();
  Modification out{
      .modification_id = fields.Uuid("modification.modification_id", given.modification_id()),
      .contract_id = fields.Uuid("modification.contract_id", given.contract_id()),
      .delta_minor = given.delta(),
      .reason = fields.Text("modification.reason", given.reason(), 1, kReasonMax),
      .drafted_by = drafter,
      .effective = false,
      .payees = ParsePayees(fields, "modification.payees", given.payees()),
      .new_end = OptionalDate(fields, "modification.new_end", given.new_end())};
  const bool changes = given.delta() != 0 || !given.payees().empty() || !given.new_end().empty();
  // INT64_MIN has no counterpart that could be released.
  fields.Check(changes && given.delta() != INT64_MIN, "modification.delta",
               "must not be 0, unless payees or new_end are given");
  RETURN_IF_ERROR(fields.status());
  return out;
}

absl::StatusOr<Measurement> ParseMeasurement(const v1::RecordMeasurementRequest& request,
                                             const Author& author) {
  rpc::Fields fields;
  const v1::Measurement& given = request.measurement();
  Measurement out;
  out.measurement_id = fields.Uuid("measurement.measurement_id", given.measurement_id());
  out.project_id = fields.Uuid("measurement.project_id", given.project_id());
  out.measured_on = PastDate(fields, "measurement.measured_on", given.measured_on(), author);
  fields.BatchSize("measurement.quantities", given.quantities_size(), kWorkItemsMax);
  std::set<std::string> ids;
  for (const v1::MeasuredQuantity& quantity : given.quantities()) {
    const std::string here = At("measurement.quantities", static_cast<int>(out.quantities.size()));
    out.quantities.push_back(
        {fields.Uuid(here + ".work_item_id", quantity.work_item_id()), quantity.quantity_milli()});
    fields.Check(ids.insert(quantity.work_item_id()).second, here + ".work_item_id",
                 "must not be given twice");
  }
  out.correction = given.correction();
  out.reason =
      fields.Text("measurement.reason", given.reason(), given.correction() ? 1 : 0, kReasonMax);
  out.recorded_by = author.actor;
  RETURN_IF_ERROR(fields.status());
  return out;
}

std::vector<DocumentRef> ParseBrought(
    rpc::Fields& fields, const google::protobuf::RepeatedPtrField<v1::DocumentRef>& documents,
    Desk desk, const Author& author) {
  std::vector<DocumentRef> brought = ParseDocuments(fields, "documents", documents, author);
  for (int i = 0; i < documents.size(); ++i) {
    fields.Check(MayBring(desk, documents[i].kind()), At("documents", i) + ".kind",
                 "is not brought by the desk of this RPC");
  }
  return brought;
}

std::string ParseReason(rpc::Fields& fields, const std::string& reason, bool needed) {
  return fields.Text("reason", reason, needed ? 1 : 0, kReasonMax);
}

absl::StatusOr<ProjectStep> ParseStep(const v1::ProjectCommandRequest& request, Desk desk,
                                      const Author& author) {
  rpc::Fields fields;
  fields.Uuid("project_id", request.project_id());
  const Transition* row = v1::ProjectCommand_IsValid(request.command())
                              ? Find(static_cast<ProjectCommand>(request.command()))
                              : nullptr;
  fields.Check(row != nullptr && row->desk == desk, "command", "is not a command of this RPC");
  ProjectStep step;
  if (row != nullptr) step.command = row->command;
  step.expected_version = AtLeast(fields, "expected_version", request.expected_version(), 0);
  step.effective_date = PastDate(fields, "effective_date", request.effective_date(), author);
  step.reason = fields.Text("reason", request.reason(),
                            row != nullptr && row->reason_needed ? 1 : 0, kReasonMax);
  step.documents = ParseBrought(fields, request.documents(), desk, author);
  step.actor = author.actor;
  RETURN_IF_ERROR(fields.status());
  return step;
}

absl::StatusOr<ContractStep> ParseStep(const v1::ContractCommandRequest& request, bool signing,
                                       const Author& author) {
  rpc::Fields fields;
  fields.Uuid("contract_id", request.contract_id());
  const ContractTransition* row = v1::ContractCommand_IsValid(request.command())
                                      ? Find(static_cast<ContractCommand>(request.command()))
                                      : nullptr;
  fields.Check(row != nullptr && row->by_other_person == signing, "command",
               "is not a command of this RPC");
  ContractStep step;
  if (row != nullptr) step.command = row->command;
  step.effective_date = PastDate(fields, "effective_date", request.effective_date(), author);
  const bool settles = step.command == ContractCommand::kSettle;
  step.settlement_minor = request.settlement_amount();
  fields.Check(settles ? step.settlement_minor > 0 : step.settlement_minor == 0,
               "settlement_amount", settles ? "must be > 0" : "belongs to SETTLE only");
  step.reason = fields.Text("reason", request.reason(),
                            row != nullptr && row->reason_needed ? 1 : 0, kReasonMax);
  step.actor = author.actor;
  RETURN_IF_ERROR(fields.status());
  return step;
}

absl::StatusOr<Report> ParseReport(const v1::ImportedProject& imported, const Author& author) {
  rpc::Fields fields;
  fields.Uuid("request_id", imported.request_id());
  Report report;
  report.project = ParseProject(fields, "project", imported.project(), author);
  for (DocumentRef& document : report.project.documents) document.brought_by.clear();
  report.project.observed = true;
  fields.Check(v1::ProjectState_IsValid(imported.project().state()) &&
                   imported.project().state() != v1::PROJECT_STATE_UNSPECIFIED,
               "project.state", "must be the state that the source reports");
  report.project.state = static_cast<ProjectState>(imported.project().state());
  report.work_items = ParseWorkItems(fields, "work_items", imported.work_items());
  CheckBaselineSize(fields, imported.work_items(), {});
  for (size_t i = 0; i < report.work_items.size(); ++i) {
    const WorkItem& item = report.work_items[i];
    const std::string here = At("work_items", static_cast<int>(i));
    fields.Check(item.certified_milli >= 0 && item.certified_milli <= item.quantity_milli,
                 here + ".certified_milli", "must lie in 0 .. quantity_milli");
    fields.Check(item.contract_id.empty(), here + ".contract_id",
                 "must be empty: contracts of an observed project are kept elsewhere");
  }
  report.reported_on = PastDate(fields, "reported_on", imported.reported_on(), author);
  report.measurement_id = NamedUuid("fiscus.projects.report", imported.request_id());
  report.reporter = author.actor;
  RETURN_IF_ERROR(fields.status());
  return report;
}

}  // namespace fiscus::projects

#include "services/projects/codec/convert.h"

#include <optional>
#include <utility>

#include "libs/core/dates.h"

namespace fiscus::projects {
namespace {

std::string DateText(const std::optional<absl::CivilDay>& day) {
  return day.has_value() ? FormatDate(*day) : "";
}

void FillPayees(const std::vector<PayeeAccount>& payees,
                google::protobuf::RepeatedPtrField<v1::PayeeAccount>* field) {
  for (const PayeeAccount& payee : payees) {
    v1::PayeeAccount* p = field->Add();
    p->set_name(payee.name);
    p->set_account_no(payee.account_no);
    p->set_bank_code(payee.bank_code);
  }
}

template <class Values, class Field>
void Fill(const Values& values, Field* field) {
  for (const auto& value : values) *field->Add() = ToProto(value);
}

events::Event Wrap(const Project& project, const google::protobuf::Message& payload) {
  return events::MakeEvent(ProjectName(project.project_id), project.project_id, payload);
}

events::Event Make(const Project& /*project*/, const ProjectStateChanged& event) {
  v1::ProjectStateChanged payload;
  *payload.mutable_project() = ToProto(event.project);
  payload.set_from(static_cast<v1::ProjectState>(event.from));
  payload.set_command(static_cast<v1::ProjectCommand>(event.command));
  payload.set_effective_date(FormatDate(event.effective_date));
  payload.set_reason(event.reason);
  return Wrap(event.project, payload);
}

events::Event Make(const Project& project, const BaselineSet& event) {
  v1::BaselineSet payload;
  payload.set_project_id(project.project_id);
  payload.set_unit_path(project.unit_path);
  Fill(event.work_items, payload.mutable_work_items());
  Fill(event.milestones, payload.mutable_milestones());
  payload.set_frozen(event.frozen);
  payload.set_effective_date(FormatDate(event.effective_date));
  return Wrap(project, payload);
}

events::Event Make(const Project& project, const MeasurementCertified& event) {
  v1::MeasurementCertified payload;
  *payload.mutable_measurement() = ToProto(event.measurement);
  payload.set_unit_path(project.unit_path);
  payload.set_physical_before_bp(event.physical_before_bp);
  payload.set_physical_bp(event.physical_bp);
  Fill(event.work_items, payload.mutable_work_items());
  for (const CertifiedValue& value : event.contracts) {
    v1::CertifiedValue* certified = payload.add_contracts();
    certified->set_contract_id(value.contract_id);
    certified->set_certified_value(value.certified_minor);
  }
  return Wrap(project, payload);
}

events::Event Make(const Project& project, const MilestoneChanged& event) {
  v1::MilestoneChanged payload;
  payload.set_project_id(project.project_id);
  payload.set_unit_path(project.unit_path);
  *payload.mutable_milestone() = ToProto(event.milestone);
  payload.set_effective_date(FormatDate(event.effective_date));
  return Wrap(project, payload);
}

events::Event Make(const ContractStateChanged& event) {
  v1::ContractStateChanged payload;
  *payload.mutable_contract() = ToProto(event.contract);
  payload.set_from(static_cast<v1::ContractState>(event.from));
  payload.set_effective_date(FormatDate(event.effective_date));
  payload.set_reason(event.reason);
  return events::MakeEvent(ContractName(event.contract.contract_id), event.contract.project_id,
                           payload);
}

events::Event Make(const ContractModified& event) {
  v1::ContractModified payload;
  *payload.mutable_contract() = ToProto(event.contract);
  *payload.mutable_modification() = ToProto(event.modification);
  payload.set_effective_date(FormatDate(event.effective_date));
  return events::MakeEvent(ContractName(event.contract.contract_id), event.contract.project_id,
                           payload);
}

}  // namespace

std::string ProjectName(const std::string& id) { return "projects/" + id; }
std::string ContractName(const std::string& id) { return "contracts/" + id; }

v1::Project ToProto(const Project& project) {
  v1::Project out;
  out.set_project_id(project.project_id);
  out.set_code(project.code);
  out.set_name(project.name);
  out.set_unit_path(project.unit_path);
  out.set_sector(project.sector);
  out.set_parent_project_id(project.parent_project_id);
  out.set_currency(project.currency);
  out.set_approved_investment(project.approved_investment_minor);
  out.set_planned_start(DateText(project.planned_start));
  out.set_planned_end(DateText(project.planned_end));
  for (const Target& target : project.targets) {
    v1::Target* t = out.add_targets();
    t->set_name(target.name);
    t->set_unit(target.unit);
    t->set_value_milli(target.value_milli);
  }
  for (const DocumentRef& document : project.documents) {
    v1::DocumentRef* d = out.add_documents();
    d->set_kind(document.kind);
    d->set_sha256(document.sha256);
    d->set_title(document.title);
    d->set_reason(document.reason);
    d->set_brought_by(document.brought_by);
  }
  out.set_state(static_cast<v1::ProjectState>(project.state));
  out.set_version(project.version);
  out.set_physical_bp(project.physical_bp);
  out.set_observed(project.observed);
  out.set_key_project(project.key_project);
  out.set_source_ref(project.source_ref);
  return out;
}

v1::WorkItem ToProto(const WorkItem& item) {
  v1::WorkItem out;
  out.set_work_item_id(item.work_item_id);
  out.set_name(item.name);
  out.set_contract_id(item.contract_id);
  out.set_value(item.value_minor);
  out.set_quantity_milli(item.quantity_milli);
  out.set_quantity_unit(item.quantity_unit);
  out.set_planned_start(FormatDate(item.planned_start));
  out.set_planned_end(FormatDate(item.planned_end));
  out.set_certified_milli(item.certified_milli);
  return out;
}

v1::Milestone ToProto(const Milestone& milestone) {
  v1::Milestone out;
  out.set_milestone_id(milestone.milestone_id);
  out.set_name(milestone.name);
  out.set_due_date(FormatDate(milestone.due_date));
  out.set_critical(milestone.critical);
  out.set_met_on(DateText(milestone.met_on));
  return out;
}

v1::Baseline ToBaseline(const ProjectFile& file) {
  v1::Baseline out;
  out.set_project_id(file.project.project_id);
  Fill(file.work_items, out.mutable_work_items());
  Fill(file.milestones, out.mutable_milestones());
  out.set_frozen(file.project.baseline_frozen);
  return out;
}

v1::Measurement ToProto(const Measurement& measurement) {
  v1::Measurement out;
  out.set_measurement_id(measurement.measurement_id);
  out.set_project_id(measurement.project_id);
  out.set_measured_on(FormatDate(measurement.measured_on));
  for (const MeasuredQuantity& quantity : measurement.quantities) {
    v1::MeasuredQuantity* q = out.add_quantities();
    q->set_work_item_id(quantity.work_item_id);
    q->set_quantity_milli(quantity.quantity_milli);
  }
  out.set_state(static_cast<v1::MeasurementState>(measurement.state));
  out.set_recorded_by(measurement.recorded_by);
  out.set_correction(measurement.correction);
  out.set_reason(measurement.reason);
  return out;
}

v1::Contract ToProto(const Contract& contract) {
  v1::Contract out;
  out.set_contract_id(contract.contract_id);
  out.set_contract_no(contract.contract_no);
  out.set_project_id(contract.project_id);
  out.set_unit_path(contract.unit_path);
  out.set_line_id(contract.line_id);
  out.set_supplier_name(contract.supplier_name);
  out.set_supplier_code(contract.supplier_code);
  FillPayees(contract.payees, out.mutable_payees());
  out.set_currency(contract.currency);
  out.set_original_value(contract.original_value_minor);
  out.set_current_value(contract.current_value_minor);
  out.set_advance(contract.advance_minor);
  out.set_retention_bp(contract.retention_bp);
  out.set_signed_on(DateText(contract.signed_on));
  out.set_planned_end(DateText(contract.planned_end));
  out.set_state(static_cast<v1::ContractState>(contract.state));
  out.set_version(contract.version);
  out.set_certified_value(contract.certified_minor);
  out.set_settlement_amount(contract.settlement_minor);
  out.set_drafted_by(contract.drafted_by);
  out.set_tendered_works(contract.tendered_works);
  return out;
}

v1::Modification ToProto(const Modification& modification) {
  v1::Modification out;
  out.set_modification_id(modification.modification_id);
  out.set_contract_id(modification.contract_id);
  out.set_delta(modification.delta_minor);
  out.set_reason(modification.reason);
  out.set_drafted_by(modification.drafted_by);
  out.set_effective(modification.effective);
  FillPayees(modification.payees, out.mutable_payees());
  out.set_new_end(DateText(modification.new_end));
  out.set_rejected(modification.rejected);
  out.set_decided_by(modification.decided_by);
  out.set_decision_reason(modification.decision_reason);
  return out;
}

events::Event ToEvent(const Project& project, const ProjectEvent& event) {
  return std::visit([&](const auto& fact) { return Make(project, fact); }, event);
}

events::Event ToEvent(const ContractEvent& event) {
  return std::visit([](const auto& fact) { return Make(fact); }, event);
}

}  // namespace fiscus::projects

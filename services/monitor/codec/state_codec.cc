#include "services/monitor/codec/state_codec.h"

#include <algorithm>

#include "libs/core/text.h"
#include "services/monitor/codec/digest.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/codec/wire.h"

namespace fiscus::monitor {
namespace {

// Slots that say nothing are left out.
bool IsEmpty(const RuleSlot& slot) {
  return slot.track.severity == rules::Severity::kNone && slot.track.agreed == 0 &&
         slot.track.transitions == 0;
}

void PutSlots(const RuleSlots& slots, const RuleSet& rules, Writer& w) {
  w.Unsigned(static_cast<uint64_t>(
      std::count_if(slots.begin(), slots.end(), [](const RuleSlot& s) { return !IsEmpty(s); })));
  for (const RuleSlot& slot : slots) {
    if (IsEmpty(slot)) continue;
    w.Text(rules.rules[slot.rule].id);
    w.Signed(slot.track.window);
    w.Unsigned(static_cast<uint64_t>(slot.track.severity));
    w.Unsigned(static_cast<uint64_t>(slot.track.pending));
    w.Signed(slot.track.agreed);
    w.Signed(slot.track.transitions);
  }
}

// A rule that is no longer in force is forgotten; its open warnings stay with those who must close
// them. The rules may stand in another order than when the slots were written.
RuleSlots GetSlots(const RuleSet& rules, Reader& r) {
  RuleSlots slots;
  for (size_t left = r.Count(); left > 0; --left) {
    const int rule = rules.Find(r.Text());
    RuleSlot slot;
    slot.track.window = r.Small();
    slot.track.severity = static_cast<rules::Severity>(std::min<uint64_t>(r.Unsigned(), 4));
    slot.track.pending = static_cast<rules::Severity>(std::min<uint64_t>(r.Unsigned(), 4));
    slot.track.agreed = r.Small();
    slot.track.transitions = r.Small();
    if (rule < 0) continue;
    slot.rule = static_cast<uint16_t>(rule);
    slots.push_back(slot);
  }
  std::sort(slots.begin(), slots.end(),
            [](const RuleSlot& a, const RuleSlot& b) { return a.rule < b.rule; });
  return slots;
}

void PutAmounts(const Amounts& a, Writer& w) {
  for (const int64_t amount :
       {a.authorised, a.encumbered, a.in_transit, a.paid, a.refunded, a.cleared})
    w.Signed(amount);
}

Amounts GetAmounts(Reader& r) {
  Amounts a;
  for (int64_t* amount :
       {&a.authorised, &a.encumbered, &a.in_transit, &a.paid, &a.refunded, &a.cleared})
    *amount = r.Signed();
  return a;
}

void GetCore(const RuleSet& rules, Reader& r, ProjectState& project) {
  project.project_id = r.Text();
  project.unit_path = r.Text();
  project.currency = r.Text();
  project.status = static_cast<ProjectStatus>(r.Unsigned());
  project.observed = r.Bool();
  project.approved_investment = r.Signed();
  project.planned_start = r.Small();
  project.planned_end = r.Small();
  project.physical_bp = r.Optional();
  for (size_t left = r.Count(); left > 0; --left) {
    const Day day = r.Small();
    project.progress.push_back({day, r.Small()});
  }
  project.step_fall_bp = r.Small();
  project.measured = r.Bool();
  project.stall_since = r.Small();
  project.ev_since = r.Small();
  project.other_committed = r.Signed();
  project.as_of = r.Small();
  project.sequence = r.Signed();
  project.epoch = r.Text();
  project.warnings_sequence = r.Signed();
  project.indicators_sequence = r.Signed();
  project.slots = GetSlots(rules, r);
}

void GetBaseline(const RuleSet& rules, Reader& r, Baseline& baseline) {
  for (size_t left = r.Count(); left > 0; --left) {
    WorkItem& item = baseline.items.emplace_back();
    item.work_item_id = r.Text();
    item.contract_id = r.Text();
    item.value = r.Signed();
    item.quantity_milli = r.Signed();
    item.certified_milli = r.Signed();
    item.planned_start = r.Small();
    item.planned_end = r.Small();
  }
  for (size_t left = r.Count(); left > 0; --left) {
    Milestone& milestone = baseline.milestones.emplace_back();
    milestone.milestone_id = r.Text();
    milestone.due = r.Small();
    milestone.met = r.Small();
    milestone.critical = r.Bool();
    milestone.slots = GetSlots(rules, r);
  }
}

void GetContract(const RuleSet& rules, Reader& r, ContractState& contract) {
  contract.status = static_cast<ContractStatus>(r.Unsigned());
  contract.value = r.Signed();
  contract.certified = r.Signed();
  contract.paid = r.Signed();
  contract.refunded = r.Signed();
  contract.advance_paid = r.Signed();
  contract.sequence = r.Signed();
  contract.slots = GetSlots(rules, r);
}

void GetLine(const RuleSet& rules, Reader& r, LineState& line) {
  line.unit_path = r.Text();
  line.currency = r.Text();
  line.fiscal_year = r.Small();
  line.observed = r.Bool();
  line.status = static_cast<LineStatus>(r.Unsigned());
  line.amounts = GetAmounts(r);
  line.active_since = r.Small();
  line.has_plan = r.Bool();
  if (line.has_plan) {
    for (int64_t& month : line.plan) month = r.Signed();
  }
  line.sequence = r.Signed();
  line.refusal_sequence = r.Signed();
  line.slots = GetSlots(rules, r);
  if (line.fiscal_year != 0) line.counted = line.amounts;
}

RecordMark MarkOf(std::string_view key, std::string_view value) {
  const Digest hash = RecordHash(key, value);
  return {false, hash.high, hash.low};
}

absl::Status Malformed(std::string_view key) {
  return absl::DataLossError("state record of another format: " + Hex(key));
}

}  // namespace

void EncodeCore(const ProjectState& project, const RuleSet& rules, std::string& out) {
  Writer w(out);
  w.Unsigned(kStateFormat);
  w.Text(project.project_id);
  w.Text(project.unit_path);
  w.Text(project.currency);
  w.Unsigned(static_cast<uint64_t>(project.status));
  w.Bool(project.observed);
  w.Signed(project.approved_investment);
  w.Signed(project.planned_start);
  w.Signed(project.planned_end);
  w.Optional(project.physical_bp);
  w.Unsigned(project.progress.size());
  for (const ProgressPoint& point : project.progress) {
    w.Signed(point.day);
    w.Signed(point.physical_bp);
  }
  w.Signed(project.step_fall_bp);
  w.Bool(project.measured);
  w.Signed(project.stall_since);
  w.Signed(project.ev_since);
  w.Signed(project.other_committed);
  w.Signed(project.as_of);
  w.Signed(project.sequence);
  w.Text(project.epoch);
  w.Signed(project.warnings_sequence);
  w.Signed(project.indicators_sequence);
  PutSlots(project.slots, rules, w);
}

void EncodeBaseline(const Baseline& baseline, const RuleSet& rules, std::string& out) {
  Writer w(out);
  w.Unsigned(kStateFormat);
  w.Unsigned(baseline.items.size());
  for (const WorkItem& item : baseline.items) {
    w.Text(item.work_item_id);
    w.Text(item.contract_id);
    w.Signed(item.value);
    w.Signed(item.quantity_milli);
    w.Signed(item.certified_milli);
    w.Signed(item.planned_start);
    w.Signed(item.planned_end);
  }
  w.Unsigned(baseline.milestones.size());
  for (const Milestone& milestone : baseline.milestones) {
    w.Text(milestone.milestone_id);
    w.Signed(milestone.due);
    w.Signed(milestone.met);
    w.Bool(milestone.critical);
    PutSlots(milestone.slots, rules, w);
  }
}

void EncodeContract(const ContractState& contract, const RuleSet& rules, std::string& out) {
  Writer w(out);
  w.Unsigned(kStateFormat);
  w.Unsigned(static_cast<uint64_t>(contract.status));
  for (const int64_t value : {contract.value, contract.certified, contract.paid, contract.refunded,
                              contract.advance_paid, contract.sequence}) {
    w.Signed(value);
  }
  PutSlots(contract.slots, rules, w);
}

void EncodeLine(const LineState& line, const RuleSet& rules, std::string& out) {
  Writer w(out);
  w.Unsigned(kStateFormat);
  w.Text(line.unit_path);
  w.Text(line.currency);
  w.Signed(line.fiscal_year);
  w.Bool(line.observed);
  w.Unsigned(static_cast<uint64_t>(line.status));
  PutAmounts(line.amounts, w);
  w.Signed(line.active_since);
  w.Bool(line.has_plan);
  if (line.has_plan) {
    for (const int64_t month : line.plan) w.Signed(month);
  }
  w.Signed(line.sequence);
  w.Signed(line.refusal_sequence);
  PutSlots(line.slots, rules, w);
}

void EncodePayment(const PaymentState& payment, std::string& out) {
  Writer w(out);
  w.Unsigned(kStateFormat);
  w.Signed(payment.sequence);
  w.Signed(payment.cleared);
  w.Signed(payment.refunded);
}

void EncodeTenant(const TenantState& tenant, std::string& out) {
  Writer w(out);
  w.Unsigned(kStateFormat);
  w.Signed(tenant.closed);
  w.Signed(tenant.sequence);
}

absl::Status DecodeInto(std::string_view key, std::string_view rest, std::string_view value,
                        const RuleSet& rules, ProjectState& project) {
  Reader r(value);
  if (rest.empty() || r.Unsigned() != kStateFormat) return Malformed(key);
  const std::string_view id = rest.substr(1);
  switch (static_cast<RecordKind>(rest.front())) {
    case RecordKind::kCore:
      GetCore(rules, r, project);
      project.mark = MarkOf(key, value);
      break;
    case RecordKind::kBaseline:
      GetBaseline(rules, r, project.baseline);
      project.baseline.mark = MarkOf(key, value);
      break;
    case RecordKind::kContract: {
      ContractState& contract = project.contracts.emplace_back();
      contract.contract_id = id;
      GetContract(rules, r, contract);
      contract.mark = MarkOf(key, value);
      break;
    }
    case RecordKind::kLine: {
      LineState& line = project.lines.emplace_back();
      line.line_id = id;
      GetLine(rules, r, line);
      line.mark = MarkOf(key, value);
      break;
    }
    default:
      return Malformed(key);
  }
  return r.AtEnd() ? absl::OkStatus() : Malformed(key);
}

absl::Status Decode(std::string_view key, std::string_view value, PaymentState& payment) {
  Reader r(value);
  if (r.Unsigned() != kStateFormat) return Malformed(key);
  payment.sequence = r.Signed();
  payment.cleared = r.Signed();
  payment.refunded = r.Signed();
  payment.mark = MarkOf(key, value);
  return r.AtEnd() ? absl::OkStatus() : Malformed(key);
}

absl::Status Decode(std::string_view key, std::string_view value, TenantState& tenant) {
  Reader r(value);
  if (r.Unsigned() != kStateFormat) return Malformed(key);
  tenant.closed = r.Small();
  tenant.sequence = r.Signed();
  tenant.mark = MarkOf(key, value);
  return r.AtEnd() ? absl::OkStatus() : Malformed(key);
}

}  // namespace fiscus::monitor

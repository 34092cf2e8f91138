#include "services/monitor/projections/fold.h"

#include <algorithm>

#include "services/monitor/projections/arithmetic.h"
#include "services/monitor/projections/calendar.h"
#include "services/monitor/projections/indicators.h"

namespace fiscus::monitor {
namespace {

// Progress is looked back at over at most 31 days (R21, R22); one older point says where that
// stretch began.
constexpr int64_t kProgressKeptDays = 31;

template <class Range, class Id>
auto* FindById(Range& range, Id member, std::string_view id) {
  const auto found =
      std::find_if(range.begin(), range.end(), [&](const auto& one) { return one.*member == id; });
  return found == range.end() ? nullptr : &*found;
}

// The element with this id, made if it is new. Kept in the order of ids: state that was restored
// has the same order, so rules see the same order too.
template <class Range, class Id>
auto& OfId(Range& range, Id member, std::string_view id) {
  const auto place = std::lower_bound(
      range.begin(), range.end(), id,
      [&](const auto& one, std::string_view wanted) { return one.*member < wanted; });
  if (place != range.end() && (*place).*member == id) return *place;
  auto& made = *range.emplace(place);
  made.*member = id;
  made.mark.dirty = true;
  return made;
}

// The unit and currency of the project are its own; what lines and payments say only stands in
// until it speaks.
void KnowUnit(std::string_view unit_path, ProjectState& project) {
  if (project.unit_path.empty() && !unit_path.empty()) {
    project.unit_path = unit_path;
    project.mark.dirty = true;
  }
}

void KnowCurrency(std::string_view currency, ProjectState& project) {
  if (project.currency.empty() && !currency.empty()) {
    project.currency = currency;
    project.mark.dirty = true;
  }
}

int64_t Committed(const Amounts& a) {
  return Plus(Plus(a.encumbered, a.in_transit), Minus(a.paid, a.refunded));
}

LineState& ApplyLine(const LineView& view, Day date, ProjectState& project) {
  LineState& line = LineOf(project, view.line_id);
  line.unit_path = view.unit_path;
  line.currency = view.currency;
  line.fiscal_year = view.fiscal_year;
  line.observed = view.observed;
  if (view.status == LineStatus::kActive && line.active_since == kNoDay) line.active_since = date;
  line.status = view.status;
  const int64_t cleared = line.amounts.cleared;
  line.amounts = {view.authorised, view.encumbered, view.in_transit,
                  view.paid,       view.refunded,   cleared};
  line.mark.dirty = true;
  KnowUnit(view.unit_path, project);
  KnowCurrency(view.currency, project);
  if (view.observed && project.status == ProjectStatus::kUnknown) project.observed = true;
  Advance(date, project);
  return line;
}

// The latest date that is believed while `closed` is the last closed day.
Day Latest(Day closed) { return closed + 1; }

// Brings a date back that lies ahead of the business clock; true if it did.
bool BringBack(Day latest, Day& date) {
  if (date <= latest) return false;
  date = latest;
  return true;
}

void Remember(Day day, int32_t physical_bp, ProjectState& project) {
  std::vector<ProgressPoint>& points = project.progress;
  if (day == kNoDay || (!points.empty() && points.back().physical_bp == physical_bp)) return;
  // A late measurement counts from when it became known: what was seen before is not rewritten.
  if (!points.empty()) day = std::max(day, points.back().day);
  if (points.size() >= 2 && points.back().day == day) {
    points.back().physical_bp =
        physical_bp;  // one point a day, but the first stays: it is where a jump began
  } else {
    points.push_back({day, physical_bp});
  }
  while (points.size() >= 2 && DaysBetween(points[1].day, project.as_of) > kProgressKeptDays)
    points.erase(points.begin());
  project.mark.dirty = true;
}

// Sets φ; a rise ends a stall.
void SetPhysical(Day day, int32_t physical_bp, ProjectState& project) {
  if (project.physical_bp.has_value() && physical_bp > *project.physical_bp && day != kNoDay) {
    project.stall_since = std::max(project.stall_since, day);
  }
  project.physical_bp = physical_bp;
  project.mark.dirty = true;
  Remember(day, physical_bp, project);
}

WorkItem MakeItem(const WorkItemView& view) {
  return {std::string(view.work_item_id),
          std::string(view.contract_id),
          view.value,
          view.quantity_milli,
          view.certified_milli,
          view.planned_start,
          view.planned_end};
}

void SetMilestone(const MilestoneView& view, Milestone& milestone) {
  milestone.milestone_id = view.milestone_id;
  milestone.due = view.due;
  milestone.met = view.met;
  milestone.critical = view.critical;
}

int64_t TotalEarned(const ProjectState& project) {
  int64_t earned = 0;
  for (const WorkItem& item : project.baseline.items) earned = Plus(earned, EarnedValue(item));
  return earned;
}

// Keeps the day since which something has been earned.
void TrackEarned(ProjectState& project) {
  const bool earned = TotalEarned(project) > 0;
  if (earned && project.ev_since == kNoDay) project.ev_since = project.as_of;
  if (!earned) project.ev_since = kNoDay;
}

// Σ value × certified/quantity ÷ Σ value, as projects computes it; nullopt without work items.
std::optional<int32_t> PhysicalOf(const ProjectState& project) {
  int64_t value = 0;
  for (const WorkItem& item : project.baseline.items) value = Plus(value, item.value);
  return ShareBp(TotalEarned(project), value);
}

}  // namespace

LineState* FindLine(ProjectState& project, std::string_view line_id) {
  return FindById(project.lines, &LineState::line_id, line_id);
}

ContractState* FindContract(ProjectState& project, std::string_view contract_id) {
  return FindById(project.contracts, &ContractState::contract_id, contract_id);
}

LineState& LineOf(ProjectState& project, std::string_view line_id) {
  return OfId(project.lines, &LineState::line_id, line_id);
}

ContractState& ContractOf(ProjectState& project, std::string_view contract_id) {
  const size_t known = project.contracts.size();
  ContractState& contract = OfId(project.contracts, &ContractState::contract_id, contract_id);
  // Work items may have named it before.
  if (project.contracts.size() != known) Derive(project);
  return contract;
}

void Follow(Day closed, ProjectState& project) {
  project.closed = closed;
  Advance(closed, project);
}

void Advance(Day date, ProjectState& project) {
  if (project.closed != kNoDay) BringBack(Latest(project.closed), date);
  if (date == kNoDay || date <= project.as_of) return;
  project.as_of = date;
  project.mark.dirty = true;
}

void Derive(ProjectState& project) {
  for (ContractState& contract : project.contracts)
    contract.items_value = contract.items_earned = 0;
  for (const WorkItem& item : project.baseline.items) {
    if (item.contract_id.empty()) continue;
    ContractState* contract = FindContract(project, item.contract_id);
    if (contract == nullptr) continue;
    contract->items_value = Plus(contract->items_value, item.value);
    contract->items_earned = Plus(contract->items_earned, EarnedValue(item));
  }
}

std::optional<int32_t> PhysicalAt(const ProjectState& project, Day day) {
  if (project.progress.empty()) return std::nullopt;
  const ProgressPoint* found = &project.progress.front();
  for (const ProgressPoint& point : project.progress) {
    if (point.day <= day) found = &point;
  }
  return found->physical_bp;
}

Touched Apply(const EntryPosted& event, ProjectState& project) {
  Touched touched;
  if (!event.contract_id.empty() && event.observed_paid > 0) {
    // On observed lines no payment of ours exists: the entry itself says what the contract was
    // paid.
    ContractState& contract = ContractOf(project, event.contract_id);
    contract.paid = Plus(contract.paid, event.observed_paid);
    contract.mark.dirty = true;
    touched.contracts.push_back(&contract);
  }
  const LineState* before = FindLine(project, event.line.line_id);
  const int64_t committed_before = before == nullptr ? 0 : Committed(before->amounts);
  LineState& line = ApplyLine(event.line, event.date, project);
  if (event.contract_id.empty()) {
    const int64_t change = Minus(Committed(line.amounts), committed_before);
    if (change != 0) {
      project.other_committed = Plus(project.other_committed, change);
      project.mark.dirty = true;
    }
  }
  touched.line = &line;
  return touched;
}

Touched Apply(const LineStateChanged& event, ProjectState& project) {
  Touched touched;
  touched.line = &ApplyLine(event.line, event.date, project);
  return touched;
}

Touched Apply(const FundPlanSet& event, ProjectState& project) {
  LineState& line = LineOf(project, event.line_id);
  if (line.unit_path.empty()) line.unit_path = event.unit_path;
  line.has_plan = true;
  line.plan = event.monthly;
  line.mark.dirty = true;
  KnowUnit(event.unit_path, project);
  Advance(event.date, project);
  Touched touched;
  touched.line = &line;
  return touched;
}

Touched Apply(const CommandRefused& event, ProjectState& project) {
  LineState& line = LineOf(project, event.line_id);
  if (line.unit_path.empty()) line.unit_path = event.unit_path;
  line.mark.dirty = true;
  KnowUnit(event.unit_path, project);
  Advance(event.date, project);
  Touched touched;
  touched.line = &line;
  return touched;
}

Touched Apply(const ProjectChanged& event, ProjectState& project) {
  const bool starts =
      event.status == ProjectStatus::kExecuting && project.status != ProjectStatus::kExecuting;
  project.unit_path = event.unit_path;
  project.currency = event.currency;
  project.status = event.status;
  project.observed = event.observed;
  project.approved_investment = event.approved_investment;
  project.planned_start = event.planned_start;
  project.planned_end = event.planned_end;
  project.mark.dirty = true;
  Advance(event.date, project);
  if (starts && event.date != kNoDay) project.stall_since = event.date;
  // Zero is a measured value only where there is something to measure: a reported project, work
  // items, or a measurement.
  const bool measurable = event.observed || project.measured || !project.baseline.items.empty() ||
                          event.physical_bp > 0;
  if (measurable) SetPhysical(event.date, event.physical_bp, project);
  return {};
}

Touched Apply(const BaselineSet& event, ProjectState& project) {
  Baseline& baseline = project.baseline;
  baseline.items.clear();
  for (const WorkItemView& view : event.items) baseline.items.push_back(MakeItem(view));
  std::vector<Milestone> old = std::move(baseline.milestones);
  baseline.milestones.clear();
  for (const MilestoneView& view : event.milestones) {
    Milestone* known = FindById(old, &Milestone::milestone_id, view.milestone_id);
    baseline.milestones.push_back(known == nullptr ? Milestone{} : std::move(*known));
    if (known != nullptr) known->milestone_id.clear();
    SetMilestone(view, baseline.milestones.back());
  }
  baseline.mark.dirty = true;
  project.mark.dirty = true;
  KnowUnit(event.unit_path, project);
  Advance(event.date, project);
  Derive(project);
  TrackEarned(project);
  if (const std::optional<int32_t> physical = PhysicalOf(project))
    SetPhysical(event.date, *physical, project);
  Touched touched;
  for (Milestone& milestone : baseline.milestones) touched.milestones.push_back(&milestone);
  for (Milestone& gone : old) {
    if (!gone.milestone_id.empty() && !gone.slots.empty())
      touched.removed_milestones.push_back(std::move(gone));
  }
  return touched;
}

Touched Apply(const MeasurementCertified& event, ProjectState& project) {
  for (const WorkItemView& view : event.items) {
    WorkItem* item = FindById(project.baseline.items, &WorkItem::work_item_id, view.work_item_id);
    if (item == nullptr) {
      project.baseline.items.push_back(MakeItem(view));
    } else {
      *item = MakeItem(view);
    }
  }
  for (const CertifiedView& view : event.contracts) {
    ContractState& contract = ContractOf(project, view.contract_id);
    contract.certified = view.certified;
    contract.mark.dirty = true;
  }
  project.baseline.mark.dirty = true;
  project.measured = true;
  project.step_fall_bp = std::max(0, event.before_bp - event.physical_bp);
  KnowUnit(event.unit_path, project);
  Advance(event.date, project);
  if (project.progress.empty()) Remember(event.date, event.before_bp, project);
  SetPhysical(event.date, event.physical_bp, project);
  Derive(project);
  TrackEarned(project);
  Touched touched;
  for (const CertifiedView& view : event.contracts)
    touched.contracts.push_back(FindContract(project, view.contract_id));
  return touched;
}

Touched Apply(const MilestoneChanged& event, ProjectState& project) {
  Milestone* milestone =
      FindById(project.baseline.milestones, &Milestone::milestone_id, event.milestone.milestone_id);
  if (milestone == nullptr) milestone = &project.baseline.milestones.emplace_back();
  SetMilestone(event.milestone, *milestone);
  project.baseline.mark.dirty = true;
  KnowUnit(event.unit_path, project);
  Advance(event.date, project);
  Touched touched;
  touched.milestones.push_back(milestone);
  return touched;
}

Touched Apply(const ContractChanged& event, ProjectState& project) {
  const auto effective = [](const ContractState& c) {
    return c.status == ContractStatus::kEffective;
  };
  const bool worked_before =
      std::any_of(project.contracts.begin(), project.contracts.end(), effective);
  ContractState& contract = ContractOf(project, event.contract_id);
  contract.status = event.status;
  contract.value = event.value;
  contract.certified = event.certified;
  contract.mark.dirty = true;
  KnowUnit(event.unit_path, project);
  Advance(event.date, project);
  // Work can stall only once a contract is being performed.
  if (!worked_before && effective(contract) && event.date != kNoDay) {
    project.stall_since = std::max(project.stall_since, event.date);
    project.mark.dirty = true;
  }
  Touched touched;
  touched.contracts.push_back(&contract);
  return touched;
}

Touched Apply(const PaymentChanged& event, ProjectState& project, PaymentState& payment) {
  const int64_t cleared = Minus(event.cleared, payment.cleared);
  const int64_t refunded = Minus(event.refunded, payment.refunded);
  payment.cleared = event.cleared;
  payment.refunded = event.refunded;
  payment.mark.dirty = true;
  KnowUnit(event.unit_path, project);
  KnowCurrency(event.currency, project);
  Advance(event.date, project);
  Touched touched;
  if (cleared == 0 && refunded == 0) return touched;  // an approval moves no money
  if (!event.contract_id.empty()) {
    ContractState& contract = ContractOf(project, event.contract_id);
    contract.paid = Plus(contract.paid, cleared);
    contract.refunded = Plus(contract.refunded, refunded);
    if (event.advance)
      contract.advance_paid = Plus(contract.advance_paid, Minus(cleared, refunded));
    contract.mark.dirty = true;
    touched.contracts.push_back(&contract);
  }
  if (!event.line_id.empty()) {
    LineState& line = LineOf(project, event.line_id);
    if (line.unit_path.empty()) line.unit_path = event.unit_path;
    if (line.currency.empty()) line.currency = event.currency;
    line.amounts.cleared = Plus(line.amounts.cleared, cleared);
    line.mark.dirty = true;
    touched.line = &line;
  }
  return touched;
}

Touched CloseDay(Day day, ProjectState& project) {
  const Day latest = Latest(day);
  bool changed = BringBack(latest, project.as_of);
  changed |= BringBack(latest, project.stall_since);
  changed |= BringBack(latest, project.ev_since);
  for (ProgressPoint& point : project.progress) changed |= BringBack(latest, point.day);
  if (changed) project.mark.dirty = true;
  for (LineState& line : project.lines) {
    if (BringBack(latest, line.active_since)) line.mark.dirty = true;
  }
  Follow(day, project);
  Touched touched;
  for (ContractState& contract : project.contracts) touched.contracts.push_back(&contract);
  for (Milestone& milestone : project.baseline.milestones) touched.milestones.push_back(&milestone);
  return touched;
}

}  // namespace fiscus::monitor

#include "services/monitor/engine/processor.h"

#include <algorithm>
#include <utility>

#include "libs/core/status.h"
#include "libs/rules/explain.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/projections/calendar.h"
#include "services/monitor/projections/fold.h"

namespace fiscus::monitor {
namespace {

// Which project an event belongs to; a line without a project is its own bearer.
std::string_view KeyOf(const EntryPosted& e) {
  return e.line.project_id.empty() ? e.line.line_id : e.line.project_id;
}
std::string_view KeyOf(const LineStateChanged& e) {
  return e.line.project_id.empty() ? e.line.line_id : e.line.project_id;
}
std::string_view KeyOf(const FundPlanSet& e) {
  return e.project_id.empty() ? e.line_id : e.project_id;
}
std::string_view KeyOf(const CommandRefused& e) {
  return e.project_id.empty() ? e.line_id : e.project_id;
}
template <class E>
std::string_view KeyOf(const E& e) {
  return e.project_id;
}
std::string_view KeyOf(const DayClosed& /*event*/) { return {}; }

std::string_view ProjectIdOf(const EntryPosted& e) { return e.line.project_id; }
std::string_view ProjectIdOf(const LineStateChanged& e) { return e.line.project_id; }
template <class E>
std::string_view ProjectIdOf(const E& e) {
  return e.project_id;
}
std::string_view ProjectIdOf(const DayClosed& /*event*/) { return {}; }

// Where the sequence of the event's aggregate is kept, and the record that holds it.
struct SequenceOf {
  int64_t& last;
  RecordMark& mark;
};
SequenceOf Sequence(const EntryPosted& e, ProjectState& p) {
  LineState& line = LineOf(p, e.line.line_id);
  return {line.sequence, line.mark};
}
SequenceOf Sequence(const LineStateChanged& e, ProjectState& p) {
  LineState& line = LineOf(p, e.line.line_id);
  return {line.sequence, line.mark};
}
SequenceOf Sequence(const FundPlanSet& e, ProjectState& p) {
  LineState& line = LineOf(p, e.line_id);
  return {line.sequence, line.mark};
}
SequenceOf Sequence(const CommandRefused& e, ProjectState& p) {
  LineState& line = LineOf(p, e.line_id);
  return {line.refusal_sequence, line.mark};
}
SequenceOf Sequence(const ContractChanged& e, ProjectState& p) {
  ContractState& contract = ContractOf(p, e.contract_id);
  return {contract.sequence, contract.mark};
}
template <class E>
SequenceOf Sequence(const E& /*event*/, ProjectState& p) {
  return {p.sequence, p.mark};
}

// Compares with what is expected and counts the event if it is the next one.
Outcome Check(int64_t sequence, bool accept_gap, SequenceOf known) {
  if (sequence <= known.last) return {Fate::kDuplicate, 0, {}};
  if (sequence > known.last + 1 && !accept_gap) return {Fate::kGap, known.last + 1, {}};
  known.last = sequence;
  known.mark.dirty = true;
  return {Fate::kApplied, 0, {}};
}

Refusal RefusalOf(const Event& event) {
  const auto* refused = std::get_if<CommandRefused>(&event);
  if (refused == nullptr) return {};
  return {true, refused->usage_bp, refused->asked, refused->over_budget};
}

RuleSlot* FindSlot(RuleSlots& slots, uint16_t rule) {
  const auto found =
      std::lower_bound(slots.begin(), slots.end(), rule,
                       [](const RuleSlot& slot, uint16_t wanted) { return slot.rule < wanted; });
  return found != slots.end() && found->rule == rule ? &*found : nullptr;
}

void PutSlot(RuleSlots& slots, const RuleSlot& slot) {
  const auto place =
      std::lower_bound(slots.begin(), slots.end(), slot.rule,
                       [](const RuleSlot& one, uint16_t wanted) { return one.rule < wanted; });
  slots.insert(place, slot);
}

}  // namespace

// One subject of a rule, as evaluated.
struct Processor::Subject {
  const FactContext& context;
  RuleSlots& slots;
  RecordMark& mark;
  std::string_view kind;  // "budget-lines/"
  std::string_view id;
  std::string_view unit_path;
  int32_t fiscal_year = 0;
};

Processor::Processor(const RuleSet& rules, size_t projects_max)
    : rules_(rules), cache_(rules, projects_max) {}

void Processor::Bind(std::shared_ptr<PartitionStore> store, const Digest& digest,
                     std::string epoch) {
  cache_.Clear();
  outputs_.clear();
  store_ = std::move(store);
  cache_.Bind(store_);
  digest_ = digest;
  epoch_ = std::move(epoch);
}

absl::StatusOr<Outcome> Processor::Apply(const Input& input, bool accept_gap) {
  const bool known = EventDecoder::Knows(input.type);
  const bool foreign = !known && (input.head.tenant.empty() || input.head.sequence <= 0);
  if (foreign) return Outcome{Fate::kForeign, 0, {}};
  const bool headed = !input.head.tenant.empty() &&
                      input.head.tenant.find('\0') == std::string_view::npos &&
                      input.head.sequence > 0;
  if (!headed) {
    return Outcome{Fate::kPoison, 0, "ce_tenantid or ce_sequence is missing or malformed"};
  }
  if (!known) return CountOnly(input, accept_gap);
  absl::StatusOr<DecodedEvent> decoded = decoder_.Decode(input.type, input.value);
  if (!decoded.ok()) return Outcome{Fate::kPoison, 0, std::string(decoded.status().message())};
  return Fold(*decoded, input, accept_gap);
}

absl::StatusOr<Outcome> Processor::Fold(DecodedEvent& decoded, const Input& input,
                                        bool accept_gap) {
  if (const auto* day = std::get_if<DayClosed>(&decoded.event))
    return FoldDay(*day, input, accept_gap);
  const std::string_view tenant = input.head.tenant;
  const auto [key, project_id] =
      std::visit([](const auto& e) { return std::pair(KeyOf(e), ProjectIdOf(e)); }, decoded.event);
  ASSIGN_OR_RETURN(CachedProject * project, cache_.Project(tenant, key));
  ASSIGN_OR_RETURN(const TenantState* calendar, cache_.Tenant(tenant));
  CachedPayment* payment = nullptr;
  if (const auto* paid = std::get_if<PaymentChanged>(&decoded.event)) {
    ASSIGN_OR_RETURN(payment, cache_.Payment(tenant, paid->payment_id));
  }
  Outcome outcome =
      payment != nullptr
          ? Check(input.head.sequence, accept_gap, {payment->state.sequence, payment->state.mark})
          : std::visit(
                [&](const auto& e) {
                  return Check(input.head.sequence, accept_gap, Sequence(e, project->state));
                },
                decoded.event);
  if (outcome.fate != Fate::kApplied) return outcome;
  cache_.Touch(*project);
  if (payment != nullptr) cache_.Touch(*payment);
  if (project->state.project_id.empty() && !project_id.empty()) {
    project->state.project_id = project_id;
    project->state.mark.dirty = true;
  }
  Follow(calendar->closed, project->state);
  Touched touched = std::visit(
      [&]<class E>(const E& event) -> Touched {
        if constexpr (std::is_same_v<E, PaymentChanged>) {
          return monitor::Apply(event, project->state, payment->state);
        } else if constexpr (std::is_same_v<E, DayClosed>) {
          return {};  // folded above
        } else {
          return monitor::Apply(event, project->state);
        }
      },
      decoded.event);
  Publish(*project, input.head);
  Evaluate(decoded.trigger, *project, touched, RefusalOf(decoded.event), input.head);
  return outcome;
}

absl::StatusOr<Outcome> Processor::FoldDay(const DayClosed& day, const Input& input,
                                           bool accept_gap) {
  ASSIGN_OR_RETURN(TenantState * calendar, cache_.Tenant(input.head.tenant));
  int64_t last = calendar->sequence;  // counted only when the day is done
  RecordMark unused;
  Outcome outcome = Check(input.head.sequence, accept_gap, {last, unused});
  if (outcome.fate != Fate::kApplied) return outcome;
  if (calendar->closed != kNoDay && day.date <= calendar->closed) {
    // Alerting closes days in order; a day that is already closed says nothing new, but its
    // sequence has been seen.
    calendar->sequence = input.head.sequence;
    calendar->mark.dirty = true;
    return outcome;
  }
  outcome.fate = Fate::kDay;
  return outcome;
}

absl::Status Processor::Skip(const Input& input) {
  if (input.head.tenant.empty() || input.head.sequence <= 0) return absl::OkStatus();
  return CountOnly(input, /*accept_gap=*/true).status();
}

// Counts an event without folding it: one of a kind that is not followed, of an aggregate that is.
// The aggregate's name and the record's key (the project) say where the count is kept.
absl::StatusOr<Outcome> Processor::CountOnly(const Input& input, bool accept_gap) {
  const size_t slash = input.head.aggregate.find('/');
  if (slash == std::string_view::npos) return Outcome{Fate::kForeign, 0, {}};
  const std::string_view kind = input.head.aggregate.substr(0, slash);
  const std::string_view id = input.head.aggregate.substr(slash + 1);
  const bool followed = kind == "projects" || kind == "contracts" || kind == "budget-lines" ||
                        kind == "refusals" || kind == "payments";
  if (!followed || id.empty() || input.key.empty() ||
      input.key.find('\0') != std::string_view::npos) {
    return Outcome{Fate::kForeign, 0, {}};
  }
  if (kind == "payments") {
    ASSIGN_OR_RETURN(CachedPayment * payment, cache_.Payment(input.head.tenant, id));
    cache_.Touch(*payment);
    return Check(input.head.sequence, accept_gap, {payment->state.sequence, payment->state.mark});
  }
  ASSIGN_OR_RETURN(CachedProject * cached, cache_.Project(input.head.tenant, input.key));
  cache_.Touch(*cached);
  ProjectState& project = cached->state;
  if (kind == "projects")
    return Check(input.head.sequence, accept_gap, {project.sequence, project.mark});
  if (kind == "contracts") {
    ContractState& contract = ContractOf(project, id);
    return Check(input.head.sequence, accept_gap, {contract.sequence, contract.mark});
  }
  LineState& line = LineOf(project, id);
  int64_t& last = kind == "refusals" ? line.refusal_sequence : line.sequence;
  return Check(input.head.sequence, accept_gap, {last, line.mark});
}

absl::StatusOr<std::string> Processor::CloseDay(const Input& input, const std::string& cursor,
                                                int projects_max) {
  ASSIGN_OR_RETURN(DecodedEvent decoded, decoder_.Decode(input.type, input.value));
  const Day day = std::get<DayClosed>(decoded.event).date;
  const std::string prefix = TenantPrefix(input.head.tenant);
  std::vector<std::string> keys;  // of the projects of this chunk
  // The first key behind every record of the cursor's project: ids hold no byte below '!'.
  const std::string from = cursor.empty() ? prefix : prefix + cursor + '\x01';
  RETURN_IF_ERROR(store_->Scan(prefix, from, [&](std::string_view key, std::string_view /*value*/) {
    const std::string_view project = SplitProjectKey(key).project;
    if (!keys.empty() && keys.back() == project) return true;
    if (static_cast<int>(keys.size()) == projects_max) return false;
    keys.emplace_back(project);
    return true;
  }));
  for (const std::string& key : keys) {
    ASSIGN_OR_RETURN(CachedProject * project, cache_.Project(input.head.tenant, key));
    cache_.Touch(*project);
    Touched touched = monitor::CloseDay(day, project->state);
    Publish(*project, input.head);
    Evaluate(rules::Trigger::kDayClosed, *project, touched, {}, input.head);
  }
  if (static_cast<int>(keys.size()) == projects_max) return keys.back();
  ASSIGN_OR_RETURN(TenantState * calendar, cache_.Tenant(input.head.tenant));
  calendar->closed = day;
  calendar->sequence = input.head.sequence;
  calendar->mark.dirty = true;
  return std::string();
}

CommitBatch Processor::Take(std::vector<Totals::Change>& totals) {
  CommitBatch batch;
  batch.outputs = std::exchange(outputs_, {});
  cache_.Collect(digest_, batch.records, totals);
  cache_.Trim();
  batch.meta.digest = digest_;
  return batch;
}

// Before an output is counted: the first one of an epoch is number 1.
void Processor::JoinEpoch(ProjectState& project) const {
  if (project.epoch == epoch_) return;
  project.epoch = epoch_;
  project.warnings_sequence = project.indicators_sequence = 0;
}

void Processor::Publish(CachedProject& project, const EventHead& head) {
  ProjectState& state = project.state;
  Indicators now = Compute(state);
  if (now == project.indicators || state.project_id.empty()) {
    project.indicators = now;
    return;
  }
  project.indicators = now;
  JoinEpoch(state);
  ++state.indicators_sequence;
  state.mark.dirty = true;
  outputs_.push_back(MakeIndicators(state, now, head));
}

void Processor::Evaluate(rules::Trigger trigger, CachedProject& project, Touched& touched,
                         const Refusal& refusal, const EventHead& head) {
  ProjectState& state = project.state;
  if (state.project_id.empty()) return;  // a line without a project executes nothing yet
  const FactContext whole{state, project.indicators, refusal};
  for (const uint16_t rule : rules_.by_trigger[static_cast<size_t>(trigger)]) {
    switch (rules_.rules[rule].subject) {
      case rules::Subject::kProject:
        EvaluateOne(rule,
                    {whole, state.slots, state.mark, "projects/", state.project_id, state.unit_path,
                     project.indicators.fiscal_year},
                    project, head);
        break;
      case rules::Subject::kBudgetLine:
        for (LineState& line : state.lines) {
          if (touched.line != &line && trigger != rules::Trigger::kDayClosed) continue;
          FactContext context = whole;
          context.line = &line;
          EvaluateOne(rule,
                      {context, line.slots, line.mark, "budget-lines/", line.line_id,
                       line.unit_path, line.fiscal_year},
                      project, head);
        }
        break;
      case rules::Subject::kContract:
        for (ContractState* contract : touched.contracts) {
          FactContext context = whole;
          context.contract = contract;
          EvaluateOne(rule,
                      {context, contract->slots, contract->mark, "contracts/",
                       contract->contract_id, state.unit_path, project.indicators.fiscal_year},
                      project, head);
        }
        break;
      case rules::Subject::kMilestone:
        for (Milestone* milestone : touched.milestones) {
          FactContext context = whole;
          context.milestone = milestone;
          EvaluateOne(rule,
                      {context, milestone->slots, state.baseline.mark, "milestones/",
                       milestone->milestone_id, state.unit_path, project.indicators.fiscal_year},
                      project, head);
        }
        break;
    }
  }
  for (Milestone& milestone : touched.removed_milestones) ClearRemoved(project, milestone, head);
}

void Processor::EvaluateOne(uint16_t index, const Subject& subject, CachedProject& project,
                            const EventHead& head) {
  for (const uint16_t suppressor : rules_.suppressors[index]) {
    const RuleSlot* slot = FindSlot(subject.slots, suppressor);
    if (slot != nullptr && slot->track.severity != rules::Severity::kNone) return;
  }
  const rules::Rule& rule = rules_.rules[index];
  const std::vector<Fact>& all = AllFacts();
  const auto facts = [&](int fact) { return all[static_cast<size_t>(fact)].read(subject.context); };
  const YearMonth now = YearMonthOf(project.state.as_of);
  const int32_t window = rules::WindowCode(rule.window, subject.fiscal_year, now.year, now.month);
  RuleSlot* slot = FindSlot(subject.slots, index);
  RuleSlot fresh{index, {}};
  rules::Track& track = slot != nullptr ? slot->track : fresh.track;
  const rules::Track before = track;
  const std::optional<rules::Transition> transition = rules::Step(rule, window, facts, track);
  if (slot != nullptr && track != before) subject.mark.dirty = true;
  if (slot == nullptr && (track.agreed > 0 || track.transitions > 0)) {
    PutSlot(subject.slots, fresh);
    subject.mark.dirty = true;
  }
  if (!transition.has_value()) return;
  JoinEpoch(project.state);
  ++project.state.warnings_sequence;
  project.state.mark.dirty = true;
  const std::string name = std::string(subject.kind).append(subject.id);
  const std::string_view unit =
      subject.unit_path.empty() ? std::string_view(project.state.unit_path) : subject.unit_path;
  outputs_.push_back(
      MakeWarning({project.state, rule, name, unit, window, *transition, facts}, head));
}

void Processor::ClearRemoved(CachedProject& project, Milestone& milestone, const EventHead& head) {
  const Refusal none;
  FactContext context{project.state, project.indicators, none};
  context.milestone = &milestone;
  const auto facts = [&](int fact) { return AllFacts()[static_cast<size_t>(fact)].read(context); };
  const std::string name = "milestones/" + milestone.milestone_id;
  for (RuleSlot& slot : milestone.slots) {
    const std::optional<rules::Transition> transition = rules::Clear(slot.track);
    if (!transition.has_value()) continue;
    JoinEpoch(project.state);
    ++project.state.warnings_sequence;
    project.state.mark.dirty = true;
    outputs_.push_back(MakeWarning({project.state, rules_.rules[slot.rule], name,
                                    project.state.unit_path, slot.track.window, *transition, facts},
                                   head));
  }
}

}  // namespace fiscus::monitor

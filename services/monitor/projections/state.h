// What the monitor remembers of one project: the fold of its events. Plain values: no protobuf,
// clock or I/O.
//
// A project is kept as a few records (core, each line, each contract, baseline, each payment), so
// that an event rewrites only what it touched. Amounts are minor units of the project's currency,
// ratios basis points, dates days since 1970-01-01. Days are calendar days: the working-day
// calendar is tenant data that does not exist yet.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "libs/rules/judge.h"

namespace fiscus::monitor {

// Days since 1970-01-01.
using Day = int32_t;
inline constexpr Day kNoDay = std::numeric_limits<Day>::min();

// Whether a record must be written, and what it adds to the partition's digest (engine/digest.h) as
// last written.
struct RecordMark {
  bool dirty = false;
  uint64_t hash_high = 0;
  uint64_t hash_low = 0;
};

// State of a rule about one subject; `rule` is the index in the rule set.
struct RuleSlot {
  uint16_t rule = 0;
  rules::Track track;
};
using RuleSlots = std::vector<RuleSlot>;  // by rule

// Same numbers as fiscus.budget.v1.LineState.
enum class LineStatus : uint8_t {
  kUnknown = 0,
  kPendingAllotment = 1,
  kActive = 2,
  kFrozen = 3,
  kClosed = 4
};

// Sums that are shown by unit. `paid` is gross; `cleared` comes from payments' own events, the rest
// from the ledger's.
struct Amounts {
  int64_t authorised = 0;
  int64_t encumbered = 0;
  int64_t in_transit = 0;
  int64_t paid = 0;
  int64_t refunded = 0;
  int64_t cleared = 0;

  friend bool operator==(const Amounts&, const Amounts&) = default;
};

// A budget line.
struct LineState {
  std::string line_id;
  std::string unit_path;
  std::string currency;
  int32_t fiscal_year = 0;  // 0: only payments spoke of it so far
  bool observed = false;
  LineStatus status = LineStatus::kUnknown;
  Amounts amounts;
  Day active_since = kNoDay;  // date of the event that made it ACTIVE
  bool has_plan = false;
  std::array<int64_t, 12> plan{};  // by month, January first
  int64_t sequence = 0;            // of budget-lines/<id>
  int64_t refusal_sequence = 0;    // of refusals/<id>
  RuleSlots slots;
  RecordMark mark;
  Amounts counted;  // what the totals hold of it (engine)
};

// Same numbers as fiscus.projects.v1.ContractState.
enum class ContractStatus : uint8_t {
  kUnknown = 0,
  kDraft = 1,
  kInApproval = 2,
  kSigned = 3,
  kFiled = 4,
  kEffective = 5,
  kSuspended = 6,
  kPerformed = 7,
  kSettled = 8,
  kWarranty = 9,
  kClosed = 10,
  kTerminated = 11,
  kDeclined = 12,
};

// A contract.
struct ContractState {
  std::string contract_id;
  ContractStatus status = ContractStatus::kUnknown;
  int64_t value = 0;      // C: current value
  int64_t certified = 0;  // M: certified value of its work
  int64_t paid = 0;       // P gross: cleared by payments, or reported on observed lines
  int64_t refunded = 0;
  int64_t advance_paid = 0;  // the part of paid − refunded that was paid as advance
  int64_t sequence = 0;      // of contracts/<id>
  RuleSlots slots;
  RecordMark mark;
  // Derived from the work items, not stored.
  int64_t items_value = 0;   // Σ value of its work items; 0: it has none
  int64_t items_earned = 0;  // Σ earned value of its work items
};

// An element of the work breakdown.
struct WorkItem {
  std::string work_item_id;
  std::string contract_id;
  int64_t value = 0;
  int64_t quantity_milli = 0;
  int64_t certified_milli = 0;
  Day planned_start = kNoDay;
  Day planned_end = kNoDay;
};

struct Milestone {
  std::string milestone_id;
  Day due = kNoDay;
  Day met = kNoDay;  // kNoDay: not yet
  bool critical = false;
  RuleSlots slots;
};

// Work items and milestones change seldom, so they share a record.
struct Baseline {
  std::vector<WorkItem> items;
  std::vector<Milestone> milestones;
  RecordMark mark;
};

// Same numbers as fiscus.projects.v1.ProjectState.
enum class ProjectStatus : uint8_t {
  kUnknown = 0,
  kDraft = 1,
  kDeclared = 2,
  kUnderReview = 3,
  kReserved = 4,
  kEstablished = 5,
  kBudgeted = 6,
  kFunded = 7,
  kExecuting = 8,
  kCompleted = 9,
  kAccepted = 10,
  kFinalAccounted = 11,
  kClosed = 12,
  kReturned = 13,
  kRejected = 14,
  kSuspended = 15,
  kCancelled = 16,
};

// Physical progress as it stood from a day on.
struct ProgressPoint {
  Day day = kNoDay;
  int32_t physical_bp = 0;
};

// A project, or the bearer of one line that has no project yet (then `project_id` is empty).
struct ProjectState {
  std::string tenant;
  std::string key;  // project id, or the line's id while there is no project
  std::string project_id;
  std::string unit_path;
  std::string currency;
  ProjectStatus status = ProjectStatus::kUnknown;
  bool observed = false;
  int64_t approved_investment = 0;
  Day planned_start = kNoDay;
  Day planned_end = kNoDay;
  std::optional<int32_t> physical_bp;
  std::vector<ProgressPoint> progress;  // oldest first; enough to look back 31 days
  int32_t step_fall_bp = 0;             // by how much the last measurement lowered the progress
  bool measured = false;                // a measurement was certified
  Day stall_since = kNoDay;             // no rise since; see StallDays
  Day ev_since = kNoDay;                // earned value has been positive since
  int64_t other_committed = 0;          // net paid + in transit + encumbered outside contracts
  Day as_of = kNoDay;                   // business date: see Advance (fold.h)
  int64_t sequence = 0;                 // of projects/<id>
  std::string epoch;                    // of its outputs (codec/output_codec.h)
  int64_t warnings_sequence = 0;        // of the warnings given in it
  int64_t indicators_sequence = 0;      // of the indicators given in it
  RuleSlots slots;
  RecordMark mark;
  Day closed = kNoDay;  // last closed day of its tenant (TenantState), not stored: see Follow

  std::vector<LineState> lines;          // by id
  std::vector<ContractState> contracts;  // by id
  Baseline baseline;
};

// A payment, only as far as its next event needs it.
struct PaymentState {
  int64_t sequence = 0;  // of payments/<id>
  int64_t cleared = 0;
  int64_t refunded = 0;
  RecordMark mark;
};

// A tenant's business calendar.
struct TenantState {
  Day closed = kNoDay;   // last closed day
  int64_t sequence = 0;  // of clock/<tenant>
  RecordMark mark;
};

// Finds by id; nullptr if absent.
LineState* FindLine(ProjectState& project, std::string_view line_id);
ContractState* FindContract(ProjectState& project, std::string_view contract_id);

}  // namespace fiscus::monitor

// The facts that the monitor folds, as plain views: they live as long as the decoded message
// (codec/event_codec.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/rules/rule.h"
#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// What every event says about itself (CloudEvents attributes).
struct EventHead {
  std::string_view tenant;
  std::string_view aggregate;  // "budget-lines/<id>"
  int64_t sequence = 0;        // gap-free per aggregate, from 1
  std::string_view id;         // ce_id
  std::string_view time;       // ce_time, RFC 3339
  std::string_view traceparent;
};

// A budget line with its balances.
struct LineView {
  std::string_view line_id;
  std::string_view project_id;
  std::string_view unit_path;
  std::string_view currency;
  int32_t fiscal_year = 0;
  bool observed = false;
  LineStatus status = LineStatus::kUnknown;
  int64_t authorised = 0;
  int64_t encumbered = 0;
  int64_t in_transit = 0;
  int64_t paid = 0;
  int64_t refunded = 0;
};

struct EntryPosted {
  LineView line;
  std::string_view contract_id;
  int64_t observed_paid = 0;  // amount of an OBSERVED_PAY entry, else 0
  Day date = kNoDay;
};

struct LineStateChanged {
  LineView line;
  Day date = kNoDay;
};

struct FundPlanSet {
  std::string_view line_id;
  std::string_view project_id;
  std::string_view unit_path;
  std::array<int64_t, 12> monthly{};
  Day date = kNoDay;
};

struct CommandRefused {
  std::string_view line_id;
  std::string_view project_id;
  std::string_view unit_path;
  int64_t usage_bp = 0;  // that the command would have reached
  int64_t asked = 0;
  bool over_budget = false;  // refused because it exceeds what the line has, or its tolerance
  Day date = kNoDay;
};

struct ProjectChanged {
  std::string_view project_id;
  std::string_view unit_path;
  std::string_view currency;
  ProjectStatus status = ProjectStatus::kUnknown;
  bool observed = false;
  int64_t approved_investment = 0;
  Day planned_start = kNoDay;
  Day planned_end = kNoDay;
  int32_t physical_bp = 0;
  Day date = kNoDay;
};

struct WorkItemView {
  std::string_view work_item_id;
  std::string_view contract_id;
  int64_t value = 0;
  int64_t quantity_milli = 0;
  int64_t certified_milli = 0;
  Day planned_start = kNoDay;
  Day planned_end = kNoDay;
};

struct MilestoneView {
  std::string_view milestone_id;
  Day due = kNoDay;
  Day met = kNoDay;
  bool critical = false;
};

struct BaselineSet {
  std::string_view project_id;
  std::string_view unit_path;
  std::vector<WorkItemView> items;
  std::vector<MilestoneView> milestones;
  Day date = kNoDay;
};

struct CertifiedView {
  std::string_view contract_id;
  int64_t certified = 0;
};

struct MeasurementCertified {
  std::string_view project_id;
  std::string_view unit_path;
  int32_t before_bp = 0;
  int32_t physical_bp = 0;
  std::vector<WorkItemView> items;
  std::vector<CertifiedView> contracts;
  Day date = kNoDay;
};

struct MilestoneChanged {
  std::string_view project_id;
  std::string_view unit_path;
  MilestoneView milestone;
  Day date = kNoDay;
};

// ContractStateChanged and ContractModified: both carry the contract as it is now.
struct ContractChanged {
  std::string_view contract_id;
  std::string_view project_id;
  std::string_view unit_path;
  ContractStatus status = ContractStatus::kUnknown;
  int64_t value = 0;
  int64_t certified = 0;
  Day date = kNoDay;
};

struct PaymentChanged {
  std::string_view payment_id;
  std::string_view project_id;
  std::string_view contract_id;
  std::string_view line_id;
  std::string_view unit_path;
  std::string_view currency;
  bool advance = false;
  int64_t cleared = 0;
  int64_t refunded = 0;
  Day date = kNoDay;
};

struct DayClosed {
  Day date = kNoDay;
};

using Event = std::variant<EntryPosted, LineStateChanged, FundPlanSet, CommandRefused,
                           ProjectChanged, BaselineSet, MeasurementCertified, MilestoneChanged,
                           ContractChanged, PaymentChanged, DayClosed>;

}  // namespace fiscus::monitor

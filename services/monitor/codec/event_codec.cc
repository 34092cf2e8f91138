#include "services/monitor/codec/event_codec.h"

#include <algorithm>
#include <limits>
#include <string>

#include "fiscus/alerting/v1/events.pb.h"
#include "fiscus/budget/v1/events.pb.h"
#include "fiscus/payments/v1/events.pb.h"
#include "fiscus/projects/v1/events.pb.h"
#include "libs/core/status.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor {
namespace {

using rules::Trigger;

// Long enough for any id of ours, short enough for a key.
constexpr size_t kIdBytesMax = 128;

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ';
  });
}

absl::Status NeedIds(std::initializer_list<std::string_view> ids) {
  const bool all = std::all_of(ids.begin(), ids.end(), IsId);
  return all ? absl::OkStatus() : absl::InvalidArgumentError("an id is missing or malformed");
}

// A line may have no project yet.
absl::Status NeedLine(std::string_view line_id, std::string_view project_id) {
  return project_id.empty() ? NeedIds({line_id}) : NeedIds({line_id, project_id});
}

// Parses dates; the same day comes many times in a row, so the last ones are remembered.
class Dates {
 public:
  Day Of(const std::string& text) {
    if (text.empty()) return kNoDay;
    if (text != text_) {
      text_ = text;
      day_ = ParseDay(text);
    }
    return day_;
  }

 private:
  std::string text_;
  Day day_ = kNoDay;
};

LineView View(const budget::v1::BudgetLine& line) {
  const budget::v1::Balances& b = line.balances();
  return {line.line_id(),
          line.project_id(),
          line.unit_path(),
          line.currency(),
          line.fiscal_year(),
          line.mode() == budget::v1::LINE_MODE_OBSERVED,
          static_cast<LineStatus>(line.state()),
          b.authorised(),
          b.encumbered(),
          b.in_transit(),
          b.paid(),
          b.refunded()};
}

}  // namespace

// One message of each type.
struct EventMessages {
  budget::v1::EntryPosted entry_posted;
  budget::v1::LineStateChanged line_state_changed;
  budget::v1::FundPlanSet fund_plan_set;
  budget::v1::CommandRefused command_refused;
  projects::v1::ProjectStateChanged project_state_changed;
  projects::v1::BaselineSet baseline_set;
  projects::v1::MeasurementCertified measurement_certified;
  projects::v1::MilestoneChanged milestone_changed;
  projects::v1::ContractStateChanged contract_state_changed;
  projects::v1::ContractModified contract_modified;
  payments::v1::PaymentStateChanged payment_state_changed;
  alerting::v1::DayClosed day_closed;
  Dates dates;

  WorkItemView Item(const projects::v1::WorkItem& item) {
    return {item.work_item_id(),         item.contract_id(),     item.value(),
            item.quantity_milli(),       item.certified_milli(), dates.Of(item.planned_start()),
            dates.Of(item.planned_end())};
  }
  MilestoneView View(const projects::v1::Milestone& m) {
    return {m.milestone_id(), dates.Of(m.due_date()), dates.Of(m.met_on()), m.critical()};
  }
  ContractChanged View(const projects::v1::Contract& c, const std::string& date) {
    return {c.contract_id(),   c.project_id(),
            c.unit_path(),     static_cast<ContractStatus>(c.state()),
            c.current_value(), c.certified_value(),
            dates.Of(date)};
  }
};

namespace {

template <class Message>
absl::Status Parse(std::string_view payload, Message& message) {
  if (payload.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::InvalidArgumentError("the value is no " + message.GetTypeName());
  }
  return absl::OkStatus();
}

// One function per type: parse, check ids, make the view.

absl::StatusOr<DecodedEvent> DecodeEntry(EventMessages& m, std::string_view payload) {
  auto& e = m.entry_posted;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedLine(e.line().line_id(), e.line().project_id()));
  const bool observed_pay = e.entry().operation() == budget::v1::OPERATION_OBSERVED_PAY;
  return DecodedEvent{Trigger::kEntryPosted, EntryPosted{View(e.line()), e.entry().contract_id(),
                                                         observed_pay ? e.entry().amount() : 0,
                                                         m.dates.Of(e.entry().effective_date())}};
}

absl::StatusOr<DecodedEvent> DecodeLineState(EventMessages& m, std::string_view payload) {
  auto& e = m.line_state_changed;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedLine(e.line().line_id(), e.line().project_id()));
  return DecodedEvent{Trigger::kLineStateChanged,
                      LineStateChanged{View(e.line()), m.dates.Of(e.effective_date())}};
}

absl::StatusOr<DecodedEvent> DecodePlan(EventMessages& m, std::string_view payload) {
  auto& e = m.fund_plan_set;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedLine(e.line_id(), e.project_id()));
  FundPlanSet plan{.line_id = e.line_id(),
                   .project_id = e.project_id(),
                   .unit_path = e.unit_path(),
                   .date = m.dates.Of(e.effective_date())};
  const size_t months = std::min(plan.monthly.size(), static_cast<size_t>(e.monthly_size()));
  std::copy_n(e.monthly().begin(), months, plan.monthly.begin());
  return DecodedEvent{Trigger::kFundPlanSet, plan};
}

absl::StatusOr<DecodedEvent> DecodeRefused(EventMessages& m, std::string_view payload) {
  auto& e = m.command_refused;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedLine(e.line_id(), e.project_id()));
  const bool over =
      e.reason() == budget::v1::EXCEEDS_AVAILABLE || e.reason() == budget::v1::TOLERANCE_BLOCK;
  return DecodedEvent{Trigger::kCommandRefused,
                      CommandRefused{e.line_id(), e.project_id(), e.unit_path(), e.usage_bp(),
                                     e.asked(), over, m.dates.Of(e.effective_date())}};
}

absl::StatusOr<DecodedEvent> DecodeProject(EventMessages& m, std::string_view payload) {
  auto& e = m.project_state_changed;
  RETURN_IF_ERROR(Parse(payload, e));
  const projects::v1::Project& p = e.project();
  RETURN_IF_ERROR(NeedIds({p.project_id()}));
  return DecodedEvent{
      Trigger::kProjectStateChanged,
      ProjectChanged{p.project_id(), p.unit_path(), p.currency(),
                     static_cast<ProjectStatus>(p.state()), p.observed(), p.approved_investment(),
                     m.dates.Of(p.planned_start()), m.dates.Of(p.planned_end()), p.physical_bp(),
                     m.dates.Of(e.effective_date())}};
}

absl::StatusOr<DecodedEvent> DecodeBaseline(EventMessages& m, std::string_view payload) {
  auto& e = m.baseline_set;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedIds({e.project_id()}));
  BaselineSet out{e.project_id(), e.unit_path(), {}, {}, m.dates.Of(e.effective_date())};
  for (const projects::v1::WorkItem& item : e.work_items()) out.items.push_back(m.Item(item));
  for (const projects::v1::Milestone& milestone : e.milestones())
    out.milestones.push_back(m.View(milestone));
  return DecodedEvent{Trigger::kBaselineSet, std::move(out)};
}

absl::StatusOr<DecodedEvent> DecodeMeasurement(EventMessages& m, std::string_view payload) {
  auto& e = m.measurement_certified;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedIds({e.measurement().project_id()}));
  MeasurementCertified out{e.measurement().project_id(),
                           e.unit_path(),
                           e.physical_before_bp(),
                           e.physical_bp(),
                           {},
                           {},
                           m.dates.Of(e.measurement().measured_on())};
  for (const projects::v1::WorkItem& item : e.work_items()) out.items.push_back(m.Item(item));
  for (const projects::v1::CertifiedValue& c : e.contracts()) {
    RETURN_IF_ERROR(NeedIds({c.contract_id()}));
    out.contracts.push_back({c.contract_id(), c.certified_value()});
  }
  return DecodedEvent{Trigger::kMeasurementCertified, std::move(out)};
}

absl::StatusOr<DecodedEvent> DecodeMilestone(EventMessages& m, std::string_view payload) {
  auto& e = m.milestone_changed;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedIds({e.project_id(), e.milestone().milestone_id()}));
  return DecodedEvent{Trigger::kMilestoneChanged,
                      MilestoneChanged{e.project_id(), e.unit_path(), m.View(e.milestone()),
                                       m.dates.Of(e.effective_date())}};
}

absl::StatusOr<DecodedEvent> DecodeContractState(EventMessages& m, std::string_view payload) {
  auto& e = m.contract_state_changed;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedIds({e.contract().contract_id(), e.contract().project_id()}));
  return DecodedEvent{Trigger::kContractStateChanged, m.View(e.contract(), e.effective_date())};
}

absl::StatusOr<DecodedEvent> DecodeContractModified(EventMessages& m, std::string_view payload) {
  auto& e = m.contract_modified;
  RETURN_IF_ERROR(Parse(payload, e));
  RETURN_IF_ERROR(NeedIds({e.contract().contract_id(), e.contract().project_id()}));
  return DecodedEvent{Trigger::kContractModified, m.View(e.contract(), e.effective_date())};
}

absl::StatusOr<DecodedEvent> DecodePayment(EventMessages& m, std::string_view payload) {
  auto& e = m.payment_state_changed;
  RETURN_IF_ERROR(Parse(payload, e));
  const payments::v1::Payment& p = e.payment();
  RETURN_IF_ERROR(NeedIds({p.payment_id(), p.project_id()}));
  return DecodedEvent{
      Trigger::kPaymentStateChanged,
      PaymentChanged{p.payment_id(), p.project_id(), p.contract_id(), p.line_id(), p.unit_path(),
                     p.amount().currency(), p.kind() == payments::v1::PAYMENT_KIND_ADVANCE,
                     p.cleared(), p.refunded(), m.dates.Of(e.effective_date())}};
}

absl::StatusOr<DecodedEvent> DecodeDay(EventMessages& m, std::string_view payload) {
  auto& e = m.day_closed;
  RETURN_IF_ERROR(Parse(payload, e));
  const Day day = m.dates.Of(e.date());
  if (day == kNoDay) return absl::InvalidArgumentError("the closed day is no date");
  return DecodedEvent{Trigger::kDayClosed, DayClosed{day}};
}

// The table of types. A new fact: a message in EventMessages, a function above, a line here.
struct DecoderOf {
  std::string_view type;
  absl::StatusOr<DecodedEvent> (*decode)(EventMessages&, std::string_view);
};
constexpr DecoderOf kDecoders[] = {
    {"fiscus.budget.v1.EntryPosted", &DecodeEntry},
    {"fiscus.payments.v1.PaymentStateChanged", &DecodePayment},
    {"fiscus.alerting.v1.DayClosed", &DecodeDay},
    {"fiscus.budget.v1.CommandRefused", &DecodeRefused},
    {"fiscus.budget.v1.FundPlanSet", &DecodePlan},
    {"fiscus.budget.v1.LineStateChanged", &DecodeLineState},
    {"fiscus.projects.v1.BaselineSet", &DecodeBaseline},
    {"fiscus.projects.v1.ContractModified", &DecodeContractModified},
    {"fiscus.projects.v1.ContractStateChanged", &DecodeContractState},
    {"fiscus.projects.v1.MeasurementCertified", &DecodeMeasurement},
    {"fiscus.projects.v1.MilestoneChanged", &DecodeMilestone},
    {"fiscus.projects.v1.ProjectStateChanged", &DecodeProject},
};

}  // namespace

EventDecoder::EventDecoder() : messages_(std::make_unique<EventMessages>()) {}
EventDecoder::~EventDecoder() = default;

bool EventDecoder::Knows(std::string_view type) {
  return std::any_of(std::begin(kDecoders), std::end(kDecoders),
                     [&](const DecoderOf& entry) { return entry.type == type; });
}

absl::StatusOr<DecodedEvent> EventDecoder::Decode(std::string_view type, std::string_view payload) {
  for (const DecoderOf& entry : kDecoders) {
    if (entry.type == type) return entry.decode(*messages_, payload);
  }
  return absl::InvalidArgumentError("unknown type");
}

}  // namespace fiscus::monitor

// A random but reproducible life of some projects as a log of one partition, for tests of the
// monitor.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "fiscus/alerting/v1/events.pb.h"
#include "fiscus/budget/v1/events.pb.h"
#include "fiscus/payments/v1/events.pb.h"
#include "fiscus/projects/v1/events.pb.h"
#include "services/monitor/engine/log_record.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor {

// Writes events with gap-free sequences.
class TestLog {
 public:
  explicit TestLog(uint32_t seed) : random_(seed) {}

  std::vector<LogRecord> records;

  LogRecord& Append(const std::string& tenant, const std::string& key, const std::string& aggregate,
                    const google::protobuf::Message& event) {
    LogRecord record{key, event.GetTypeName(),      tenant, aggregate, "",
                     "",  event.SerializeAsString()};
    record.sequence = ++sequences_[tenant + aggregate];
    record.id = "event-" + std::to_string(written_);
    record.time = "2026-01-01T00:00:00." + std::to_string(100'000 + written_ % 900'000) + "Z";
    ++written_;
    records.push_back(record);
    return records.back();
  }

  // Some projects of two tenants over some days, with overspending attempts, lags, advances and
  // milestones that slip.
  void Play(int projects, int days) {
    for (int i = 0; i < projects; ++i) Begin(i);
    for (int day = 0; day < days; ++day) LiveThrough(projects, day);
  }

  // The day, counted from the first, of all projects, which have begun.
  void LiveThrough(int projects, int day) {
    date_ = FormatDay(ParseDay("2026-01-05") + day);
    for (int i = 0; i < projects; ++i) {
      // One in three lags, and the last never pays.
      if (i + 1 < projects && Chance(i % 3 == 0 ? 30 : 5)) Pay(i);
      if (Chance(i % 3 == 0 ? 30 : 8)) Measure(i);
      if (Chance(40)) Refuse(i);
      if (Chance(40)) Meet(i);
    }
    for (const char* tenant : {"north", "south"}) CloseDay(tenant);
  }

  void CloseDay(const std::string& tenant) {
    alerting::v1::DayClosed closed;
    closed.set_tenant(tenant);
    closed.set_date(date_);
    Append(tenant, "", "clock/" + tenant, closed);
  }

  void Begin(int i) {
    date_ = "2026-01-05";
    Life& life = lives_[i];
    life.project.set_project_id(Id(i));
    life.project.set_unit_path("/province/unit-" + std::to_string(i % 3) + "/");
    life.project.set_currency("CNY");
    life.project.set_approved_investment(1'000'000);
    life.project.set_planned_start("2026-01-01");
    life.project.set_planned_end("2026-12-31");
    life.project.set_state(projects::v1::PROJECT_STATE_DRAFT);
    Project(i);
    Approve(i);
    Baseline(i);
    Contract(i);
    life.project.set_state(projects::v1::PROJECT_STATE_EXECUTING);
    Project(i);
  }
  void Project(int i) {
    projects::v1::ProjectStateChanged event;
    *event.mutable_project() = lives_[i].project;
    event.set_effective_date(date_);
    Append(Tenant(i), Id(i), "projects/" + Id(i), event);
  }
  void Approve(int i) {
    Life& life = lives_[i];
    life.line.set_line_id("line-" + std::to_string(i));
    life.line.set_project_id(Id(i));
    life.line.set_unit_path(life.project.unit_path());
    life.line.set_currency("CNY");
    life.line.set_fiscal_year(2026);
    life.line.set_mode(budget::v1::LINE_MODE_CONTROLLED);
    life.line.set_state(budget::v1::LINE_STATE_ACTIVE);
    life.line.mutable_balances()->set_authorised(600'000);
    Entry(i, budget::v1::OPERATION_APPROVE, 600'000, "");
    budget::v1::FundPlanSet plan;
    plan.set_line_id(life.line.line_id());
    plan.set_project_id(Id(i));
    plan.set_fiscal_year(2026);
    for (int month = 0; month < 12; ++month) plan.add_monthly(50'000);
    plan.set_effective_date(date_);
    Append(Tenant(i), Id(i), "budget-lines/" + life.line.line_id(), plan);
  }
  void Entry(int i, budget::v1::Operation operation, int64_t amount, const std::string& contract) {
    budget::v1::EntryPosted event;
    event.mutable_entry()->set_operation(operation);
    event.mutable_entry()->set_amount(amount);
    event.mutable_entry()->set_contract_id(contract);
    event.mutable_entry()->set_effective_date(date_);
    *event.mutable_line() = lives_[i].line;
    Append(Tenant(i), Id(i), "budget-lines/" + lives_[i].line.line_id(), event);
  }

  void Baseline(int i) {
    projects::v1::BaselineSet event;
    event.set_project_id(Id(i));
    for (int k = 0; k < 2; ++k) {
      projects::v1::WorkItem& item = *event.add_work_items();
      item.set_work_item_id("item-" + std::to_string(k));
      item.set_contract_id("contract-" + std::to_string(i));
      item.set_value(k == 0 ? 300'000 : 200'000);
      item.set_quantity_milli(1000);
      item.set_planned_start("2026-01-01");
      item.set_planned_end(k == 0 ? "2026-03-31" : "2026-06-30");
      projects::v1::Milestone& milestone = *event.add_milestones();
      milestone.set_milestone_id("milestone-" + std::to_string(k));
      milestone.set_due_date(k == 0 ? "2026-01-10" : "2026-02-10");
      milestone.set_critical(k == 0);
    }
    event.set_effective_date(date_);
    lives_[i].items.assign(event.work_items().begin(), event.work_items().end());
    Append(Tenant(i), Id(i), "projects/" + Id(i), event);
  }

  void Contract(int i) {
    projects::v1::ContractStateChanged event;
    projects::v1::Contract& contract = *event.mutable_contract();
    contract.set_contract_id("contract-" + std::to_string(i));
    contract.set_project_id(Id(i));
    contract.set_unit_path(lives_[i].project.unit_path());
    contract.set_state(projects::v1::CONTRACT_STATE_EFFECTIVE);
    contract.set_current_value(500'000);
    event.set_effective_date(date_);
    Append(Tenant(i), Id(i), "contracts/" + contract.contract_id(), event);
    lives_[i].line.mutable_balances()->set_encumbered(500'000);
    Entry(i, budget::v1::OPERATION_ENCUMBER, 500'000, contract.contract_id());
  }

  void Pay(int i) {
    Life& life = lives_[i];
    const int64_t amount = 1000 * static_cast<int64_t>(1 + random_() % 40);
    if (life.line.balances().encumbered() < amount) return;
    payments::v1::PaymentStateChanged event;
    payments::v1::Payment& payment = *event.mutable_payment();
    payment.set_payment_id("payment-" + std::to_string(i) + "-" + std::to_string(life.payments++));
    payment.set_project_id(Id(i));
    payment.set_contract_id("contract-" + std::to_string(i));
    payment.set_line_id(life.line.line_id());
    payment.set_unit_path(life.project.unit_path());
    payment.mutable_amount()->set_minor(amount);
    payment.mutable_amount()->set_currency("CNY");
    payment.set_kind(life.payments == 1 ? payments::v1::PAYMENT_KIND_ADVANCE
                                        : payments::v1::PAYMENT_KIND_PROGRESS);
    event.set_effective_date(date_);
    payment.set_state(payments::v1::PAYMENT_STATE_SUBMITTED);
    Append(Tenant(i), Id(i), "payments/" + payment.payment_id(), event);
    budget::v1::Balances& balances = *life.line.mutable_balances();
    balances.set_encumbered(balances.encumbered() - amount);
    balances.set_in_transit(balances.in_transit() + amount);
    Entry(i, budget::v1::OPERATION_RESERVE, amount, payment.contract_id());
    balances.set_in_transit(balances.in_transit() - amount);
    balances.set_paid(balances.paid() + amount);
    Entry(i, budget::v1::OPERATION_POST, amount, payment.contract_id());
    payment.set_state(payments::v1::PAYMENT_STATE_CLEARED);
    payment.set_cleared(amount);
    Append(Tenant(i), Id(i), "payments/" + payment.payment_id(), event);
  }

  void Measure(int i) {
    Life& life = lives_[i];
    projects::v1::WorkItem& item = life.items[random_() % life.items.size()];
    item.set_certified_milli(
        std::min<int64_t>(1000, item.certified_milli() + static_cast<int64_t>(random_() % 200)));
    int64_t earned = 0;
    for (const projects::v1::WorkItem& one : life.items)
      earned += one.value() * one.certified_milli() / 1000;
    projects::v1::MeasurementCertified event;
    event.mutable_measurement()->set_project_id(Id(i));
    event.mutable_measurement()->set_measured_on(date_);
    event.set_physical_before_bp(life.project.physical_bp());
    life.project.set_physical_bp(static_cast<int32_t>(earned * 10'000 / 500'000));
    event.set_physical_bp(life.project.physical_bp());
    *event.add_work_items() = item;
    projects::v1::CertifiedValue& certified = *event.add_contracts();
    certified.set_contract_id("contract-" + std::to_string(i));
    certified.set_certified_value(earned);
    Append(Tenant(i), Id(i), "projects/" + Id(i), event);
  }
  void Refuse(int i) {
    budget::v1::CommandRefused event;
    event.set_line_id(lives_[i].line.line_id());
    event.set_project_id(Id(i));
    event.set_asked(1'000'000);
    event.set_reason(budget::v1::EXCEEDS_AVAILABLE);
    event.set_effective_date(date_);
    Append(Tenant(i), Id(i), "refusals/" + event.line_id(), event);
  }
  void Meet(int i) {
    projects::v1::MilestoneChanged event;
    event.set_project_id(Id(i));
    event.mutable_milestone()->set_milestone_id("milestone-0");
    event.mutable_milestone()->set_due_date("2026-01-10");
    event.mutable_milestone()->set_critical(true);
    event.mutable_milestone()->set_met_on(date_);
    event.set_effective_date(date_);
    Append(Tenant(i), Id(i), "projects/" + Id(i), event);
  }

  // Writes some records twice, as an outbox that is sent again does.
  void Repeat(int one_in) {
    std::vector<LogRecord> repeated;
    for (size_t i = 0; i < records.size(); ++i) {
      repeated.push_back(records[i]);
      if (Chance(one_in) && i > 3) repeated.push_back(records[i - random_() % 3]);
    }
    records = std::move(repeated);
  }

  static std::string Id(int i) {
    return "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + i);
  }
  static std::string Tenant(int i) { return i % 2 == 0 ? "north" : "south"; }
  bool Chance(int one_in) { return random_() % static_cast<uint32_t>(one_in) == 0; }
  void SetDate(const std::string& date) { date_ = date; }

 private:
  struct Life {
    projects::v1::Project project;
    budget::v1::BudgetLine line;
    std::vector<projects::v1::WorkItem> items;
    int payments = 0;
  };

  std::mt19937 random_;
  int64_t written_ = 0;
  std::string date_;
  std::map<int, Life> lives_;
  std::map<std::string, int64_t> sequences_;
};

}  // namespace fiscus::monitor

// Values for the domain's tests: a plausible project, contract and step, to be changed by the test.
#pragma once

#include <string>

#include "libs/core/status.h"
#include "services/projects/domain/contract.h"
#include "services/projects/domain/life_cycle.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

inline constexpr absl::CivilDay kDay(2026, 3, 2);
inline constexpr char kUnitUser[] = "user-unit";
inline constexpr char kOtherUser[] = "user-other";

inline DocumentRef DocumentOf(std::string_view kind) {
  return {.kind = std::string(kind),
          .sha256 = std::string(64, 'a'),
          .title = "a document",
          .reason = IsWaiver(kind) ? "the flood" : "",
          .brought_by = kUnitUser};
}

inline WorkItem ItemOf(std::string id, int64_t value_minor, int64_t quantity_milli,
                       int64_t certified_milli = 0, std::string contract_id = {}) {
  return {.work_item_id = std::move(id),
          .name = "earthwork",
          .contract_id = std::move(contract_id),
          .value_minor = value_minor,
          .quantity_milli = quantity_milli,
          .quantity_unit = "m3",
          .planned_start = absl::CivilDay(2026, 1, 1),
          .planned_end = absl::CivilDay(2026, 12, 31),
          .certified_milli = certified_milli};
}

// A project that lacks nothing.
inline ProjectFile FileIn(ProjectState state) {
  ProjectFile file;
  file.project = {.project_id = "p1",
                  .code = "2026-330100-01-01-000001",
                  .name = "A school",
                  .unit_path = "/330000/330100/edu/",
                  .sector = "education",
                  .currency = "CNY",
                  .approved_investment_minor = 1'000'000,
                  .planned_start = absl::CivilDay(2026, 1, 1),
                  .planned_end = absl::CivilDay(2026, 12, 31),
                  .targets = {{"pupils", "persons", 900'000}},
                  .documents = {DocumentOf(kDeclarationDocument), DocumentOf(kReviewOpinion),
                                DocumentOf(kEstablishmentApproval), DocumentOf(kPermit),
                                DocumentOf(kAcceptanceReport)},
                  .state = state,
                  .version = 7,
                  .physical_bp = 10'000,
                  .declared_by = kUnitUser};
  file.work_items = {ItemOf("w1", 600'000, 100'000, 100'000, "c1"),
                     ItemOf("w2", 400'000, 50'000, 50'000)};
  file.milestones = {
      {.milestone_id = "m1", .name = "roof", .due_date = absl::CivilDay(2026, 6, 30)}};
  return file;
}

// A step that brings its document.
inline ProjectStep StepOf(ProjectCommand command) {
  ProjectStep step{.command = command,
                   .effective_date = kDay,
                   .reason = {},
                   .documents = {},
                   .actor = kOtherUser};
  const std::string_view document = Find(command)->document;
  if (!document.empty()) {
    step.documents = {DocumentOf(document)};
    step.documents[0].brought_by = kOtherUser;
  }
  return step;
}

// A ledger and contracts with which every guard but NothingOpen and Settled holds.
inline LedgerView LedgerWithLine() { return {.lines = 1, .active_lines = 1}; }
inline ContractView OneEffective() { return {.effective = 1, .open = 1}; }

inline Contract ContractIn(ContractState state) {
  return {.contract_id = "c1",
          .contract_no = "HT-1",
          .project_id = "p1",
          .unit_path = "/330000/330100/edu/",
          .line_id = "l1",
          .supplier_name = "Builder",
          .supplier_code = "91330100MA000000XX",
          .payees = {{"Builder", "6222", "ICBK"}},
          .currency = "CNY",
          .original_value_minor = 500'000,
          .current_value_minor = 500'000,
          .advance_minor = 150'000,
          .retention_bp = 300,
          .state = state,
          .version = 3,
          .drafted_by = kUnitUser,
          .tendered_works = true};
}

inline std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return refusal.has_value() ? refusal->reason : std::string(status.message());
}

}  // namespace fiscus::projects

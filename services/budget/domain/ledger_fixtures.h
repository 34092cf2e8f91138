// Lines and commands for the tests of the ledger core.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "services/budget/domain/book.h"

namespace fiscus::budget {

inline const std::string kLineA = "00000000-0000-7000-8000-00000000000a";
inline const std::string kLineB = "00000000-0000-7000-8000-00000000000b";
inline const std::string kContract = "00000000-0000-7000-8000-0000000000c1";
inline const std::string kPayment = "00000000-0000-7000-8000-0000000000f1";
inline const std::string kProject = "00000000-0000-7000-8000-0000000000d1";
inline const absl::CivilDay kDay(2026, 3, 15);

// A controlled CNY line of 2026 of project kProject.
inline LineHead Head(const std::string& id = kLineA) {
  return {.id = id,
          .code = "code-" + id.substr(id.size() - 2),
          .document_no = "doc-1",
          .unit_path = "/33/edu/",
          .project_id = kProject,
          .fiscal_year = 2026,
          .currency = "CNY",
          .mode = LineMode::kControlled,
          .classification = {.function_class = "2050202", .fund_nature = "general"},
          .tolerance_profile = "default"};
}

inline Line LineWith(LineHead head, Balances balances, LineState state = LineState::kActive) {
  return {.head = std::make_shared<const LineHead>(std::move(head)),
          .standing = {.state = state, .version = 7, .balances = balances}};
}

inline Command CommandOf(CommandKind kind, int64_t minor) {
  return {.kind = kind,
          .line_id = kLineA,
          .project_id = kProject,
          .amount = {minor, "CNY"},
          .effective_date = kDay};
}

inline const Decision& Accepted(const Outcome& outcome) { return std::get<Decision>(outcome); }

// The reason's name, or "" if the command was accepted.
inline std::string ReasonOf(const Outcome& outcome) {
  const Refusal* refusal = std::get_if<Refusal>(&outcome);
  return refusal == nullptr ? "" : std::string(ReasonName(refusal->reason));
}

}  // namespace fiscus::budget

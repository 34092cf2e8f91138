// Contracts (domain B3): one table of commands and states, terms (C3, C4, C6), values (C1, C9) and
// four eyes; pure.
//
// Called with the contract and its project locked by the caller's transaction. A command that also
// moves money on the ledger is decided first, carried out on the ledger by saga/, and decided again
// in the transaction that completes it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/projects/domain/project.h"

namespace fiscus::projects {

enum class ContractState : int16_t {
  kUnspecified = 0,
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
inline constexpr int kContractStates = 13;  // with kUnspecified

enum class ContractCommand : int16_t {
  kNone = 0,
  kSubmit = 1,
  kSign = 2,
  kDecline = 3,
  kFile = 4,
  kActivate = 5,
  kSuspend = 6,
  kResume = 7,
  kPerform = 8,
  kSettle = 9,
  kStartWarranty = 10,
  kClose = 11,
  kTerminate = 12,
};
inline constexpr int kContractCommands = 13;  // with kNone

std::string_view Name(ContractState state);
std::string_view Name(ContractCommand command);

// SIGNED .. WARRANTY: the contract binds, the project is not done with it.
bool IsOpen(ContractState state);
// Neither declined nor terminated: its value counts against the project's approved investment.
bool IsLive(ContractState state);

// An account that may be paid (C7).
struct PayeeAccount {
  std::string name;
  std::string account_no;
  std::string bank_code;
  friend bool operator==(const PayeeAccount&, const PayeeAccount&) = default;
};

struct Contract {
  std::string contract_id;
  std::string contract_no;
  std::string project_id;
  std::string unit_path;  // the project's
  std::string line_id;
  std::string supplier_name;
  std::string supplier_code;
  std::vector<PayeeAccount> payees;
  std::string currency;
  int64_t original_value_minor = 0;  // > 0
  int64_t current_value_minor = 0;   // original + Σ effective modifications (C1)
  int64_t advance_minor = 0;
  int32_t retention_bp = 0;
  std::optional<absl::CivilDay> signed_on;
  std::optional<absl::CivilDay> planned_end;
  ContractState state = ContractState::kDraft;
  int64_t version = 0;          // sequence of its last event
  int64_t certified_minor = 0;  // Σ certified value of its work items
  int64_t settlement_minor = 0;
  std::string drafted_by;
  bool tendered_works = false;  // C6 does not bind
  friend bool operator==(const Contract&, const Contract&) = default;
};

struct Modification {
  std::string modification_id;
  std::string contract_id;
  int64_t delta_minor = 0;  // 0: only payees or the end change
  std::string reason;
  std::string drafted_by;
  bool effective = false;
  std::vector<PayeeAccount> payees;       // all of them from then on; empty: as before
  std::optional<absl::CivilDay> new_end;  // empty: as before
  bool rejected = false;
  std::string decided_by;  // who approved or rejected it
  std::string decision_reason;
  friend bool operator==(const Modification&, const Modification&) = default;
};

// Facts of aggregate contracts/<id>.
struct ContractStateChanged {
  Contract contract;
  ContractState from = ContractState::kUnspecified;
  absl::CivilDay effective_date;
  std::string reason;
};
struct ContractModified {
  Contract contract;
  Modification modification;
  absl::CivilDay effective_date;
};
using ContractEvent = std::variant<ContractStateChanged, ContractModified>;

// What the ledger must do before a decision holds.
struct LedgerOrder {
  enum class Kind { kNone, kEncumber, kLiquidate, kLiquidateAll };
  Kind kind = Kind::kNone;
  int64_t amount_minor = 0;  // kLiquidateAll, for good: at most this much can be open
  friend bool operator==(const LedgerOrder&, const LedgerOrder&) = default;
};

// A decision: the contract after it, its one fact, and what the ledger must have done.
struct ContractChange {
  Contract after;
  ContractEvent event;
  LedgerOrder order;
};

// One row of the table.
struct ContractTransition {
  ContractCommand command;
  uint32_t from;  // states, bit 1 << state
  ContractState to;
  bool by_other_person = false;  // four eyes: not the drafter
  bool reason_needed = false;    // mandatory (checked when the request is parsed)
};
std::span<const ContractTransition> ContractTransitions();
const ContractTransition* Find(ContractCommand command);

// Decides whether a contract may be drawn up. `others_minor`: Σ current value of the project's
// other live contracts. Refuses, in this order: WRONG_STATE (the project is over),
// TERMS_NOT_ALLOWED (advance > 30 %, C3; retention > 3 %, C4),
//   CURRENCY_MISMATCH, EXCEEDS_APPROVED_INVESTMENT, OBSERVED_PROJECT.
// Source: C3 建设工程价款结算暂行办法 (advance 10–30 %), C4 建设工程质量保证金管理办法 (retention ≤
// 3 %); to be
//   checked against the official texts.
absl::StatusOr<ContractChange> DrawUp(const Project& project, Contract draft, int64_t others_minor,
                                      absl::CivilDay effective_date);

// Decides whether a draft may become `wanted`; its project stays. Refuses, in this order:
// VERSION_MISMATCH, WRONG_STATE (only DRAFT), as DrawUp.
absl::StatusOr<ContractChange> Redraft(const Project& project, const Contract& present,
                                       Contract wanted, int64_t expected_version,
                                       int64_t others_minor, absl::CivilDay effective_date);

struct ContractStep {
  ContractCommand command = ContractCommand::kNone;
  absl::CivilDay effective_date;
  int64_t settlement_minor = 0;  // SETTLE
  std::string reason;
  std::string actor;
};

// Decides whether a step may be taken. `work_complete`: every work item of the contract is wholly
// certified (true if it has none). Refuses, in this order: WRONG_STATE (contract, or a project that
// is over; ACTIVATE also needs a project that is BUDGETED, FUNDED
//   or EXECUTING), SAME_PERSON, WORK_NOT_COMPLETE (PERFORM), SETTLEMENT_EXCEEDS_VALUE (SETTLE).
absl::Status Check(const Project& project, const Contract& contract, const ContractStep& step,
                   bool work_complete);

// The effect of a step that was checked; checks nothing: the ledger may have done its part since.
// Orders: ACTIVATE encumbers the current value; SETTLE releases current value − settlement;
// CLOSE, and TERMINATE of a contract
//   in force, release what is open and for good: what comes back later is the line's again.
ContractChange Take(const Contract& contract, const ContractStep& step);

// Decides whether a modification may be drawn up.
// Refuses, in this order: WRONG_STATE (the contract is not EFFECTIVE; who may be paid changes until
// it is closed), TERMS_NOT_ALLOWED (a rise above 110 % of the original value, C6), BELOW_CERTIFIED
// (C9; the new value must also be > 0), EXCEEDS_APPROVED_INVESTMENT; INVALID_ARGUMENT when the new
// value leaves int64. Source: C6 政府采购法 art. 49; to be checked against the official text.
absl::Status CheckModification(const Project& project, const Contract& contract,
                               const Modification& modification, int64_t others_minor);

// Decides whether a modification may be made effective: as CheckModification, with WRONG_STATE also
// for one that was decided, then SAME_PERSON before the figures.
absl::Status CheckApproval(const Project& project, const Contract& contract,
                           const Modification& modification, int64_t others_minor,
                           std::string_view actor);

// Decides whether a modification may be rejected. Refuses, in this order: WRONG_STATE (it was
// decided), SAME_PERSON.
absl::Status CheckRejection(const Contract& contract, const Modification& modification,
                            std::string_view actor);

// The effect of an approval that was checked; checks nothing. Orders: encumbers a rise, releases a
// fall.
ContractChange MakeEffective(const Contract& contract, const Modification& modification,
                             absl::CivilDay effective_date, std::string_view actor);

}  // namespace fiscus::projects

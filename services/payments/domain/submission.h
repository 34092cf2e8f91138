// Decides whether a payment may be submitted, what becomes of it when the ledger has answered, and
// whether project, contract and payee still allow it when it is ordered.
//
// Called by saga/submission.cc and saga/commands.cc inside transactions. Pure; thread-safe (values
// only). The sums and vouchers of the context must be read under the contract's lock: the decision
// is wrong on stale ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments {

// Numbers are those of fiscus.projects.v1.ProjectState and ContractState.
enum class ProjectState {
  kExecuting = 8,
  kCompleted = 9,
  kAccepted = 10,
  kFinalAccounted = 11,
};
enum class ContractState {
  kEffective = 5,
  kSuspended = 6,
  kPerformed = 7,
  kSettled = 8,
  kWarranty = 9,
};

// What projects told about the contract.
struct ContractFacts {
  std::string contract_id;
  std::string project_id;
  std::string line_id;
  int state = 0;  // a ContractState or another number of the proto
  std::string state_name;
  std::string currency;
  int64_t current_value_minor = 0;
  int64_t settlement_minor = 0;  // 0: not settled
  int64_t advance_minor = 0;
  std::vector<Payee> payees;
};

// What projects told about the project.
struct ProjectFacts {
  std::string project_id;
  std::string unit_path;
  int state = 0;  // a ProjectState or another number of the proto
  std::string state_name;
  std::string currency;
};

// A payment that this one revises, as stored.
struct RevisedFacts {
  std::string payment_id;
  std::string project_id;
  State state = State::kUnspecified;
};

// All that the checks look at besides the request.
struct SubmitContext {
  std::optional<ProjectFacts> project;    // nullopt: projects does not know it
  std::optional<ContractFacts> contract;  // nullopt: none asked for, or not known
  int64_t contract_live_minor = 0;        // Σ LiveMinor of the contract's payments
  int64_t advance_live_minor = 0;         // Σ LiveMinor of its advances
  // Voucher of the request that a live payment of the same payee already uses, and that payment.
  std::optional<std::string> voucher_used;
  std::string voucher_payment_id;
  std::optional<RevisedFacts> revised;  // nullopt: none asked for, or not known
};

// What can be said without looking anywhere. Refuses, in this order: AMOUNT_NOT_POSITIVE,
// VOUCHER_MISSING, CONTRACT_MISSING (Y3).
absl::Status CheckRequest(const Request& request);

// Refuses, in this order: PAYMENT_NOT_FOUND (the revised one), PROJECT_NOT_FOUND,
// CONTRACT_NOT_FOUND, PROJECT_NOT_IN_EXECUTION, CONTRACT_NOT_EFFECTIVE, CONTRACT_MISMATCH,
// CURRENCY_MISMATCH, PAYEE_NOT_REGISTERED (C7), CONTRACT_EXCEEDED (C2), ADVANCE_EXCEEDED (C3),
// VOUCHER_USED (R61), WRONG_STATE (the revised one was neither returned nor refunded in full).
// `request` must have passed CheckRequest.
absl::Status CheckSubmission(const SubmitContext& context, const Request& request);

// Does what was checked at submission still hold for the order? Projects and contracts may have
// been suspended or ended since (B1: payments held), payees removed (Y5). Amounts are not looked
// at: the payment has its part of the contract and of the budget line since its submission.
// Refuses, in this order: PROJECT_NOT_FOUND, CONTRACT_NOT_FOUND, PROJECT_NOT_IN_EXECUTION,
// CONTRACT_NOT_EFFECTIVE, CONTRACT_MISMATCH, PAYEE_NOT_REGISTERED (C7).
absl::Status CheckOrder(const std::optional<ProjectFacts>& project,
                        const std::optional<ContractFacts>& contract, const Request& request);

// True for refusals that are recorded as REFUSED payments: those about a project that exists and
// lies in the unit that asked. Others leave no trace, so nobody fills the books with payments of
// nothing.
bool IsRecorded(const absl::Status& refusal);

// True for listed reasons of payments without contract (Y3): SALARY, UTILITIES, COMPENSATION,
// SMALL_PURCHASE, TAX.
bool IsListedReason(std::string_view reason);

// The new payment: SUBMITTING if `checks` is OK, else REFUSED with its explanation.
// `expires_at`: when the reservation shall expire unless the payment is ordered.
Decision Open(const Request& request, const Moment& moment, absl::Time expires_at,
              const absl::Status& checks);

// The ledger has answered: SUBMITTING → SUBMITTED or REFUSED. `answer` is OK or a refusal. Any
// other state: nothing changes (another one was quicker).
Decision Resolve(const Payment& payment, const absl::Status& answer, const Moment& moment);

}  // namespace fiscus::payments

// Contracts, modifications and their steps with the ledger, in PostgreSQL. Functions of an open
// transaction; whoever changes a contract has locked its project and then it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/database.h"
#include "services/projects/domain/contract.h"
#include "services/projects/domain/life_cycle.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

// By id; ids that are not there are left out. Locks nothing.
absl::StatusOr<std::map<std::string, Contract>> LoadContracts(pg::Tx& tx,
                                                              const std::vector<std::string>& ids);
// One; CONTRACT_NOT_FOUND.
absl::StatusOr<Contract> LoadContract(pg::Tx& tx, const std::string& id);
absl::StatusOr<Contract> LockContract(pg::Tx& tx, const std::string& id);

struct ContractFilter {
  std::vector<std::string> scopes;  // unit paths; "/" = everything
  std::string under_path;
  std::string project_id;
  std::string after_id;
  int limit = 0;
};
absl::StatusOr<std::vector<Contract>> ListContracts(pg::Tx& tx, const ContractFilter& filter);

// ABORTED if its id or number was taken meanwhile.
absl::Status InsertContract(pg::Tx& tx, const Contract& contract);
// Value, signature, planned end, state and settlement, to the next version.
absl::Status UpdateContract(pg::Tx& tx, const Contract& contract);
// A draft as it shall be, payees included, to the next version. ABORTED if its number was taken
// meanwhile.
absl::Status RedraftContract(pg::Tx& tx, const Contract& contract);
absl::Status ReplacePayees(pg::Tx& tx, const Contract& contract);
// Certified values after a measurement.
absl::Status UpdateCertified(pg::Tx& tx, const std::vector<CertifiedValue>& values);

// True if another contract has this number.
absl::StatusOr<bool> ContractNoTaken(pg::Tx& tx, const std::string& contract_no);
// What the project's contracts say to its life cycle; the project is locked.
absl::StatusOr<ContractView> ViewContracts(pg::Tx& tx, const std::string& project_id);
// Σ value of the project's live contracts without one (empty: of all), rises under way included;
// the project is locked.
absl::StatusOr<int64_t> OtherContractValues(pg::Tx& tx, const std::string& project_id,
                                            const std::string& except_id);
absl::StatusOr<std::set<std::string>> ContractIdsOf(pg::Tx& tx, const std::string& project_id);
// True if every work item of the contract is wholly certified.
absl::StatusOr<bool> WorkComplete(pg::Tx& tx, const std::string& contract_id);

// MODIFICATION_NOT_FOUND.
absl::StatusOr<Modification> LoadModification(pg::Tx& tx, const std::string& id);
// False if the id exists.
absl::StatusOr<bool> InsertModification(pg::Tx& tx, const Modification& modification);
absl::Status MarkEffective(pg::Tx& tx, const std::string& modification_id,
                           const std::string& approver);
absl::Status MarkRejected(pg::Tx& tx, const std::string& modification_id,
                          const std::string& rejecter, const std::string& reason);
// A page of a contract's modifications behind `after_id`.
absl::StatusOr<std::vector<Modification>> ListModifications(pg::Tx& tx,
                                                            const std::string& contract_id,
                                                            const std::string& after_id, int limit);

// A step with the ledger that is under way: what is asked of it, and the call that asked.
struct PendingStep {
  std::string contract_id;
  std::string step_id;
  ContractStep step;            // command kNone: a modification becomes effective
  std::string modification_id;  // then not empty
  LedgerOrder order;
  std::string request_id;
  std::string request_digest;
  std::string method;
  std::string intent;
  std::string subject;
  std::string on_behalf_of;
  std::string traceparent;
  absl::Time started_at;
};
absl::Status InsertStep(pg::Tx& tx, const PendingStep& step);
absl::StatusOr<std::optional<PendingStep>> FindStep(pg::Tx& tx, const std::string& contract_id);
// ABORTED if it is gone: somebody else finished it.
absl::Status DeleteStep(pg::Tx& tx, const PendingStep& step);
// Contracts among these whose modification the ledger is carrying out.
absl::StatusOr<std::set<std::string>> BeingModified(pg::Tx& tx,
                                                    const std::vector<CertifiedValue>& contracts);

}  // namespace fiscus::projects

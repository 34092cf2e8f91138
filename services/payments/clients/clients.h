// Typed calls to budget, projects and the bank adapter; free of gRPC types, so that tests may stand
// in for the peers.
//
// Blocking; the tenant, the person and the deadline are the call's. Errors are the peer's refusals,
// or UNAVAILABLE and DEADLINE_EXCEEDED, after which the outcome is not known. Never call inside a
// transaction. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fiscus/bank/v1/bank_adapter.pb.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/config/v1/config.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/runtime/call.h"

namespace fiscus::rpc {
class ServiceTokens;
}

namespace fiscus::payments {

// The ledger. Every command is idempotent by its request id.
class BudgetClient {
 public:
  virtual ~BudgetClient() = default;
  virtual absl::StatusOr<budget::v1::ReserveResponse> Reserve(
      const Call& call, const budget::v1::ReserveRequest& request) = 0;
  virtual absl::StatusOr<budget::v1::BatchReserveResponse> BatchReserve(
      const Call& call, const budget::v1::BatchReserveRequest& request) = 0;
  virtual absl::Status Confirm(const Call& call,
                               const budget::v1::ConfirmReservationRequest& request) = 0;
  virtual absl::Status Post(const Call& call, const budget::v1::PostRequest& request) = 0;
  virtual absl::Status Void(const Call& call, const budget::v1::VoidRequest& request) = 0;
  virtual absl::Status Refund(const Call& call, const budget::v1::RefundRequest& request) = 0;
  virtual absl::StatusOr<budget::v1::Reservation> GetReservation(
      const Call& call, const std::string& reservation_id) = 0;
};

// The project pool.
class ProjectsClient {
 public:
  virtual ~ProjectsClient() = default;
  virtual absl::StatusOr<projects::v1::BatchGetPaymentContextResponse> BatchGetPaymentContext(
      const Call& call, const projects::v1::BatchGetPaymentContextRequest& request) = 0;
};

// A bank's adapter.
class BankClient {
 public:
  virtual ~BankClient() = default;
  virtual absl::StatusOr<bank::v1::InstructResponse> Instruct(
      const Call& call, const bank::v1::InstructRequest& request) = 0;
  virtual absl::StatusOr<bank::v1::InstructResponse> Query(const Call& call,
                                                           const std::string& instruction_id) = 0;
  virtual absl::StatusOr<bank::v1::PullEventsResponse> PullEvents(
      const Call& call, const bank::v1::PullEventsRequest& request) = 0;
};

// The real ones, at host:port.
std::unique_ptr<BudgetClient> MakeBudgetClient(const std::string& address,
                                               rpc::ServiceTokens* tokens);
std::unique_ptr<ProjectsClient> MakeProjectsClient(const std::string& address,
                                                   rpc::ServiceTokens* tokens);
// Bank adapters know no Fiscus tokens.
std::unique_ptr<BankClient> MakeBankClient(const std::string& address);

// True if the peer has decided: a refusal that a repeat would get again. False: nothing is known,
// repeat the same command.
bool IsDecided(const absl::Status& status);
// True for a refusal with this reason.
bool HasReason(const absl::Status& status, std::string_view reason);

}  // namespace fiscus::payments

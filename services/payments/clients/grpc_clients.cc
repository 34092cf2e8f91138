#include <memory>
#include <string>

#include "fiscus/bank/v1/bank_adapter.grpc.pb.h"
#include "fiscus/budget/v1/budget_service.grpc.pb.h"
#include "fiscus/projects/v1/projects_service.grpc.pb.h"
#include "libs/rpc/client.h"
#include "services/payments/clients/clients.h"

namespace fiscus::payments {
namespace {

namespace budgetpb = budget::v1;
namespace projectspb = projects::v1;
namespace bankpb = bank::v1;

class GrpcBudgetClient final : public BudgetClient {
 public:
  GrpcBudgetClient(const std::string& address, rpc::ServiceTokens* tokens)
      : peer_(address, tokens) {}

  absl::StatusOr<budgetpb::ReserveResponse> Reserve(
      const Call& call, const budgetpb::ReserveRequest& request) override {
    return peer_.Invoke(&Stub::Reserve, rpc::OutgoingFor(call), request);
  }
  absl::StatusOr<budgetpb::BatchReserveResponse> BatchReserve(
      const Call& call, const budgetpb::BatchReserveRequest& request) override {
    return peer_.Invoke(&Stub::BatchReserve, rpc::OutgoingFor(call), request);
  }
  absl::Status Confirm(const Call& call,
                       const budgetpb::ConfirmReservationRequest& request) override {
    return peer_.Invoke(&Stub::ConfirmReservation, rpc::OutgoingFor(call), request).status();
  }
  absl::Status Post(const Call& call, const budgetpb::PostRequest& request) override {
    return peer_.Invoke(&Stub::Post, rpc::OutgoingFor(call), request).status();
  }
  absl::Status Void(const Call& call, const budgetpb::VoidRequest& request) override {
    return peer_.Invoke(&Stub::Void, rpc::OutgoingFor(call), request).status();
  }
  absl::Status Refund(const Call& call, const budgetpb::RefundRequest& request) override {
    return peer_.Invoke(&Stub::Refund, rpc::OutgoingFor(call), request).status();
  }
  absl::StatusOr<budgetpb::Reservation> GetReservation(const Call& call,
                                                       const std::string& reservation_id) override {
    budgetpb::GetReservationRequest request;
    request.set_reservation_id(reservation_id);
    return peer_.Invoke(&Stub::GetReservation, rpc::OutgoingFor(call), request);
  }

 private:
  using Stub = budgetpb::BudgetService::Stub;
  const rpc::Peer<budgetpb::BudgetService> peer_;
};

class GrpcProjectsClient final : public ProjectsClient {
 public:
  GrpcProjectsClient(const std::string& address, rpc::ServiceTokens* tokens)
      : peer_(address, tokens) {}

  absl::StatusOr<projectspb::BatchGetPaymentContextResponse> BatchGetPaymentContext(
      const Call& call, const projectspb::BatchGetPaymentContextRequest& request) override {
    return peer_.Invoke(&projectspb::ProjectsService::Stub::BatchGetPaymentContext,
                        rpc::OutgoingFor(call), request);
  }

 private:
  const rpc::Peer<projectspb::ProjectsService> peer_;
};

class GrpcBankClient final : public BankClient {
 public:
  explicit GrpcBankClient(const std::string& address) : peer_(address, nullptr) {}

  absl::StatusOr<bankpb::InstructResponse> Instruct(
      const Call& call, const bankpb::InstructRequest& request) override {
    return peer_.Invoke(&Stub::Instruct, rpc::OutgoingFor(call), request);
  }
  absl::StatusOr<bankpb::InstructResponse> Query(const Call& call,
                                                 const std::string& instruction_id) override {
    bankpb::QueryInstructionRequest request;
    request.set_instruction_id(instruction_id);
    return peer_.Invoke(&Stub::QueryInstruction, rpc::OutgoingFor(call), request);
  }
  absl::StatusOr<bankpb::PullEventsResponse> PullEvents(
      const Call& call, const bankpb::PullEventsRequest& request) override {
    return peer_.Invoke(&Stub::PullEvents, rpc::OutgoingFor(call), request);
  }

 private:
  using Stub = bankpb::BankAdapterService::Stub;
  const rpc::Peer<bankpb::BankAdapterService> peer_;
};

}  // namespace

std::unique_ptr<BudgetClient> MakeBudgetClient(const std::string& address,
                                               rpc::ServiceTokens* tokens) {
  return std::make_unique<GrpcBudgetClient>(address, tokens);
}

std::unique_ptr<ProjectsClient> MakeProjectsClient(const std::string& address,
                                                   rpc::ServiceTokens* tokens) {
  return std::make_unique<GrpcProjectsClient>(address, tokens);
}

std::unique_ptr<BankClient> MakeBankClient(const std::string& address) {
  return std::make_unique<GrpcBankClient>(address);
}

}  // namespace fiscus::payments

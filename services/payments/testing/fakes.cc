#include "services/payments/testing/fakes.h"

#include <algorithm>

#include "libs/core/status.h"

namespace fiscus::payments::testing {
namespace {

constexpr char kBudget[] = "fiscus.budget.v1";

absl::Status Lost() { return absl::UnavailableError("lost on the way"); }

absl::Status Precondition(const std::string& reason, Figures figures = {}) {
  return Refuse(absl::StatusCode::kFailedPrecondition, reason, "refused: " + reason,
                std::move(figures), kBudget);
}

absl::Status Reused() {
  return Refuse(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED", "other body", {},
                kCommonDomain);
}

absl::Status NoReservation() {
  return Refuse(absl::StatusCode::kNotFound, "RESERVATION_NOT_FOUND", "no such reservation", {},
                kBudget);
}

}  // namespace

void Faults::Next(std::vector<Fault> faults) {
  const std::lock_guard lock(mutex_);
  next_.assign(faults.begin(), faults.end());
}

void Faults::Always(Fault fault) {
  const std::lock_guard lock(mutex_);
  always_ = fault;
}

Fault Faults::Take() {
  const std::lock_guard lock(mutex_);
  if (next_.empty()) return always_;
  const Fault fault = next_.front();
  next_.pop_front();
  return fault;
}

void FakeBudget::SetLine(const std::string& line_id, int64_t available) {
  const std::lock_guard lock(mutex_);
  available_[line_id] = available;
}

void FakeBudget::Expire(const std::string& reservation_id) {
  const std::lock_guard lock(mutex_);
  Held& held = held_.at(reservation_id);
  if (held.confirmed || held.state != budget::v1::RESERVATION_STATE_PENDING) return;
  held.state = budget::v1::RESERVATION_STATE_EXPIRED;
  available_.at(held.line_id) += held.amount;
}

void FakeBudget::ClosePeriod() {
  const std::lock_guard lock(mutex_);
  period_closed_ = true;
}

void FakeBudget::RefusePostings(bool refuse) {
  const std::lock_guard lock(mutex_);
  refuse_postings_ = refuse;
}

FakeBudget::Held FakeBudget::Get(const std::string& reservation_id) {
  const std::lock_guard lock(mutex_);
  return held_.at(reservation_id);
}

int64_t FakeBudget::Available(const std::string& line_id) {
  const std::lock_guard lock(mutex_);
  return available_.at(line_id);
}

int64_t FakeBudget::Sum(const std::function<int64_t(const Held&)>& part) {
  const std::lock_guard lock(mutex_);
  int64_t sum = 0;
  for (const auto& [id, held] : held_) sum += part(held);
  return sum;
}

int64_t FakeBudget::InTransit() {
  return Sum([](const Held& h) {
    return h.state == budget::v1::RESERVATION_STATE_PENDING ? h.amount : 0;
  });
}
int64_t FakeBudget::Paid() {
  return Sum([](const Held& h) { return h.posted; });
}
int64_t FakeBudget::Returned() {
  return Sum([](const Held& h) { return h.refunded; });
}

int FakeBudget::Calls(const std::string& command) {
  const std::lock_guard lock(mutex_);
  return calls_[command];
}

absl::Status FakeBudget::Run(const std::string& command, const std::string& request_id,
                             const std::string& content,
                             const std::function<absl::Status()>& work) {
  const Fault fault = faults_.Take();
  if (fault == Fault::kLostCall) return Lost();
  const std::lock_guard lock(mutex_);
  ++calls_[command];
  absl::Status answer;
  if (const auto known = records_.find(request_id); known != records_.end()) {
    answer = known->second.first == content ? known->second.second : Reused();
  } else {
    answer = work();
    if (!request_id.empty()) records_[request_id] = {content, answer};
  }
  return fault == Fault::kLostAnswer ? Lost() : answer;
}

absl::Status FakeBudget::ReserveLocked(const budget::v1::ReserveRequest& request) {
  const auto line = available_.find(request.line_id());
  if (line == available_.end()) {
    return Refuse(absl::StatusCode::kNotFound, "LINE_NOT_FOUND", "no such line", {}, kBudget);
  }
  const int64_t amount = request.amount().minor();
  if (amount > line->second) {
    return Precondition("EXCEEDS_AVAILABLE", {{"asked", std::to_string(amount)},
                                              {"available", std::to_string(line->second)},
                                              {"line_id", request.line_id()}});
  }
  if (request.validate_only()) return absl::OkStatus();
  line->second -= amount;
  held_[request.reservation_id()] = {.line_id = request.line_id(), .amount = amount};
  return absl::OkStatus();
}

absl::StatusOr<budget::v1::ReserveResponse> FakeBudget::Reserve(
    const Call&, const budget::v1::ReserveRequest& request) {
  const std::string id = request.validate_only() ? "" : request.request_id();
  RETURN_IF_ERROR(
      Run("Reserve", id, request.SerializeAsString(), [&] { return ReserveLocked(request); }));
  return budget::v1::ReserveResponse();
}

absl::StatusOr<budget::v1::BatchReserveResponse> FakeBudget::BatchReserve(
    const Call&, const budget::v1::BatchReserveRequest& request) {
  const Fault fault = faults_.Take();
  if (fault == Fault::kLostCall) return Lost();
  const std::lock_guard lock(mutex_);
  ++calls_["BatchReserve"];
  budget::v1::BatchReserveResponse response;
  for (const budget::v1::ReserveRequest& item : request.requests()) {
    const std::string content = item.SerializeAsString();
    auto known = records_.find(item.request_id());
    if (known == records_.end()) {
      known =
          records_.emplace(item.request_id(), std::make_pair(content, ReserveLocked(item))).first;
    }
    const absl::Status answer = known->second.first == content ? known->second.second : Reused();
    type::v1::ItemStatus* status = response.add_results()->mutable_status();
    status->set_code(static_cast<int>(answer.code()));
    if (const auto info = RefusalOf(answer); info.has_value()) {
      status->set_reason(info->reason);
      status->set_message(std::string(answer.message()));
      for (const auto& [name, value] : info->figures) (*status->mutable_metadata())[name] = value;
    }
  }
  if (fault == Fault::kLostAnswer) return Lost();
  return response;
}

absl::Status FakeBudget::Confirm(const Call&,
                                 const budget::v1::ConfirmReservationRequest& request) {
  return Run("Confirm", request.request_id(), request.SerializeAsString(), [&]() -> absl::Status {
    const auto held = held_.find(request.reservation_id());
    if (held == held_.end()) return NoReservation();
    if (held->second.state != budget::v1::RESERVATION_STATE_PENDING)
      return Precondition("RESERVATION_RESOLVED");
    held->second.confirmed = true;
    return absl::OkStatus();
  });
}

absl::Status FakeBudget::Post(const Call&, const budget::v1::PostRequest& request) {
  return Run("Post", request.request_id(), request.SerializeAsString(), [&]() -> absl::Status {
    const auto held = held_.find(request.reservation_id());
    if (held == held_.end()) return NoReservation();
    if (held->second.state != budget::v1::RESERVATION_STATE_PENDING)
      return Precondition("RESERVATION_RESOLVED");
    if (refuse_postings_) return Precondition("PERIOD_CLOSED");
    const int64_t amount = request.amount().minor();
    if (amount > held->second.amount) return Precondition("EXCEEDS_RESERVATION");
    held->second.state = budget::v1::RESERVATION_STATE_POSTED;
    held->second.posted = amount;
    available_.at(held->second.line_id) += held->second.amount - amount;
    return absl::OkStatus();
  });
}

absl::Status FakeBudget::Void(const Call&, const budget::v1::VoidRequest& request) {
  return Run("Void", request.request_id(), request.SerializeAsString(), [&]() -> absl::Status {
    const auto held = held_.find(request.reservation_id());
    if (held == held_.end()) return NoReservation();
    if (held->second.state != budget::v1::RESERVATION_STATE_PENDING)
      return Precondition("RESERVATION_RESOLVED");
    held->second.state = budget::v1::RESERVATION_STATE_VOIDED;
    available_.at(held->second.line_id) += held->second.amount;
    return absl::OkStatus();
  });
}

absl::Status FakeBudget::Refund(const Call&, const budget::v1::RefundRequest& request) {
  return Run("Refund", request.request_id(), request.SerializeAsString(), [&]() -> absl::Status {
    const auto held = held_.find(request.reservation_id());
    if (held == held_.end()) return NoReservation();
    if (period_closed_) return Precondition("PERIOD_CLOSED");
    if (request.amount().minor() > held->second.posted - held->second.refunded)
      return Precondition("EXCEEDS_PAID");
    held->second.refunded += request.amount().minor();
    available_.at(held->second.line_id) += request.amount().minor();
    return absl::OkStatus();
  });
}

absl::StatusOr<budget::v1::Reservation> FakeBudget::GetReservation(
    const Call&, const std::string& reservation_id) {
  if (faults_.Take() != Fault::kNone) return Lost();
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(reservation_id);
  if (held == held_.end()) return NoReservation();
  budget::v1::Reservation reservation;
  reservation.set_reservation_id(reservation_id);
  reservation.set_state(held->second.state);
  return reservation;
}

void FakeProjects::SetProject(const projects::v1::Project& project) {
  projects_[project.project_id()] = project;
}
void FakeProjects::SetContract(const projects::v1::Contract& contract) {
  contracts_[contract.contract_id()] = contract;
}

absl::StatusOr<projects::v1::BatchGetPaymentContextResponse> FakeProjects::BatchGetPaymentContext(
    const Call&, const projects::v1::BatchGetPaymentContextRequest& request) {
  if (faults_.Take() != Fault::kNone) return Lost();
  ++calls_;
  projects::v1::BatchGetPaymentContextResponse response;
  for (const projects::v1::PaymentContextKey& key : request.keys()) {
    projects::v1::PaymentContext* context = response.add_contexts();
    const auto project = projects_.find(key.project_id());
    if (project == projects_.end()) {
      context->mutable_status()->set_code(static_cast<int>(absl::StatusCode::kNotFound));
      context->mutable_status()->set_reason("PROJECT_NOT_FOUND");
      continue;
    }
    *context->mutable_project() = project->second;
    if (key.contract_id().empty()) continue;
    const auto contract = contracts_.find(key.contract_id());
    if (contract == contracts_.end()) {
      context->mutable_status()->set_code(static_cast<int>(absl::StatusCode::kNotFound));
      context->mutable_status()->set_reason("CONTRACT_NOT_FOUND");
    } else {
      *context->mutable_contract() = contract->second;
    }
  }
  return response;
}

void FakeBank::Tell(const std::string& tenant, const v1::BankEvent& event) {
  const std::lock_guard lock(mutex_);
  bank::v1::TenantBankEvent& told = events_.emplace_back();
  told.set_tenant(tenant);
  *told.mutable_event() = event;
  latest_[event.payment_id()] = event;
}

void FakeBank::RefuseOrders(absl::StatusCode code) {
  const std::lock_guard lock(mutex_);
  refusal_ = code;
}

void FakeBank::SetLatest(const std::string& instruction_id, const v1::BankEvent& event) {
  const std::lock_guard lock(mutex_);
  latest_[instruction_id] = event;
}

bool FakeBank::Has(const std::string& instruction_id) {
  const std::lock_guard lock(mutex_);
  return orders_.contains(instruction_id);
}

void FakeBank::Forget(const std::string& instruction_id) {
  const std::lock_guard lock(mutex_);
  orders_.erase(instruction_id);
}

bank::v1::InstructResponse FakeBank::AnswerLocked(const std::string& instruction_id) {
  bank::v1::InstructResponse response;
  response.set_instruction_id(instruction_id);
  if (const auto latest = latest_.find(instruction_id); latest != latest_.end()) {
    *response.mutable_latest() = latest->second;
  }
  return response;
}

absl::StatusOr<bank::v1::InstructResponse> FakeBank::Instruct(
    const Call&, const bank::v1::InstructRequest& request) {
  const Fault fault = faults_.Take();
  if (fault == Fault::kLostCall) return Lost();
  const std::lock_guard lock(mutex_);
  ++instructs_;
  if (refusal_ != absl::StatusCode::kOk) return absl::Status(refusal_, "the bank refuses");
  const auto known = orders_.find(request.instruction_id());
  if (known != orders_.end() && known->second.SerializeAsString() != request.SerializeAsString()) {
    return absl::AlreadyExistsError("another order has this id");
  }
  orders_[request.instruction_id()] = request;
  if (fault == Fault::kLostAnswer) return Lost();
  return AnswerLocked(request.instruction_id());
}

absl::StatusOr<bank::v1::InstructResponse> FakeBank::Query(const Call&,
                                                           const std::string& instruction_id) {
  if (faults_.Take() != Fault::kNone) return Lost();
  const std::lock_guard lock(mutex_);
  ++queries_;
  if (!orders_.contains(instruction_id)) return absl::NotFoundError("no such order");
  return AnswerLocked(instruction_id);
}

absl::StatusOr<bank::v1::PullEventsResponse> FakeBank::PullEvents(
    const Call&, const bank::v1::PullEventsRequest& request) {
  const std::lock_guard lock(mutex_);
  bank::v1::PullEventsResponse response;
  int64_t cursor = request.after_cursor();
  while (cursor < static_cast<int64_t>(events_.size()) &&
         response.events_size() < request.max_events()) {
    *response.add_events() = events_[cursor++];
  }
  response.set_next_cursor(cursor);
  return response;
}

}  // namespace fiscus::payments::testing

#include "services/payments/testing/world.h"

#include <catch2/catch.hpp>

#include "fiscus/payments/v1/events.pb.h"
#include "fiscus/payments/v1/payments_service.handlers.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/payments/saga/driver.h"
#include "services/payments/store/migrations.h"
#include "services/payments/testing/queries.h"

namespace fiscus::payments::testing {
namespace {

constexpr char kDay[] = "2026-03-10";
constexpr int kRoundsMax = 200;

template <class Response>
Response Value(absl::StatusOr<Response> response) {
  INFO(response.status().ToString());
  REQUIRE(response.ok());
  return *std::move(response);
}

}  // namespace

projects::v1::Project TheProject() {
  projects::v1::Project project;
  project.set_project_id(kProject);
  project.set_unit_path(kUnit);
  project.set_state(projects::v1::PROJECT_STATE_EXECUTING);
  project.set_currency("CNY");
  return project;
}

projects::v1::Contract TheContract() {
  projects::v1::Contract contract;
  contract.set_contract_id(kContract);
  contract.set_project_id(kProject);
  contract.set_line_id(kLine);
  contract.set_state(projects::v1::CONTRACT_STATE_EFFECTIVE);
  contract.set_currency("CNY");
  contract.set_current_value(100'000);
  contract.set_advance(30'000);
  projects::v1::PayeeAccount* payee = contract.add_payees();
  payee->set_name("Builder Ltd");
  payee->set_account_no("6222");
  payee->set_bank_code("ICBC");
  return contract;
}

World::World()
    : test_database_("payments", kMigrations),
      clock_(absl::FromUnixSeconds(1'773'100'000)),
      deps_{.database = test_database_.database(),
            .clock = clock_,
            .budget = budget_,
            .projects = projects_,
            .bank = bank_,
            .pace = {absl::Seconds(3), absl::Seconds(2), absl::Seconds(60), absl::Seconds(5),
                     absl::Minutes(15)},
            .reservation_ttl = absl::Hours(24 * 14),
            .bank_call_max = absl::Seconds(1),
            .wake_timers = [] {}},
      ledger_timers_(test_database_.database(), clock_, {}),
      bank_timers_(test_database_.database(), clock_, {}),
      feed_(deps_, absl::ZeroDuration()) {
  HandleTimers(deps_, ledger_timers_, bank_timers_);
  budget_.SetLine(kLine, 1'000'000);
  projects_.SetProject(TheProject());
  projects_.SetContract(TheContract());
}

Call World::MakeCall(const std::string& person, const std::string& request_id,
                     const google::protobuf::Message& request, const std::string& unit_path) const {
  Call call =
      fiscus::testing::TestCall(kTenant, person, {"payments.read", "payments.submit"}, unit_path);
  call.now = clock_.Now();
  call.method = request.GetDescriptor()->full_name();
  call.intent = "payments.read";
  call.request_id = request_id;
  call.request_digest = Sha256(request.SerializeAsString());
  return call;
}

Call World::ReadCall(const std::string& person, const std::string& unit_path) const {
  return MakeCall(person, "", v1::GetPaymentRequest(), unit_path);
}

v1::SubmitPaymentRequest World::NewRequest(int64_t amount) const {
  v1::SubmitPaymentRequest request;
  request.set_request_id(NewUuid());
  v1::Payment& payment = *request.mutable_payment();
  payment.set_payment_id(NewUuid());
  payment.set_project_id(kProject);
  payment.set_contract_id(kContract);
  payment.set_line_id(kLine);
  payment.set_unit_path(kUnit);
  payment.mutable_amount()->set_minor(amount);
  payment.mutable_amount()->set_currency("CNY");
  *payment.mutable_payee() = TheContract().payees(0);
  payment.add_vouchers("INV-" + payment.payment_id());
  payment.set_effective_date(kDay);
  return request;
}

v1::Payment World::Submitted(int64_t amount) {
  const v1::SubmitPaymentRequest request = NewRequest(amount);
  return Value(SubmitPayment(deps_, CallOf("maker", request), request));
}

v1::Payment World::Approved(int64_t amount) {
  const v1::Payment payment = Submitted(amount);
  const v1::PaymentCommandRequest unit = CommandOn(payment.payment_id());
  Value(ApproveByUnit(deps_, CallOf("approver", unit), unit));
  const v1::PaymentCommandRequest finance = CommandOn(payment.payment_id());
  return Value(ApproveByFinance(deps_, CallOf("finance", finance), finance));
}

v1::Payment World::Sent(int64_t amount) {
  const v1::Payment payment = Approved(amount);
  const v1::PaymentCommandRequest order = CommandOn(payment.payment_id());
  Value(OrderPayment(deps_, CallOf("signer", order), order));
  Settle();
  return Get(payment.payment_id());
}

v1::Payment World::Cleared(int64_t amount) {
  const v1::Payment payment = Sent(amount);
  bank_.Tell(kTenant, Event(payment.payment_id(), v1::BANK_EVENT_KIND_CLEARED, amount));
  Settle();
  return Get(payment.payment_id());
}

v1::PaymentCommandRequest World::CommandOn(const std::string& payment_id, const std::string& note) {
  v1::PaymentCommandRequest request;
  request.set_request_id(NewUuid());
  request.set_payment_id(payment_id);
  request.set_note(note);
  request.set_effective_date(kDay);
  return request;
}

v1::BankEvent World::Event(const std::string& payment_id, v1::BankEventKind kind, int64_t amount,
                           const std::string& event_id) {
  v1::BankEvent event;
  event.set_event_id(event_id.empty() ? payment_id + "/" + std::to_string(kind) : event_id);
  event.set_payment_id(payment_id);
  event.set_kind(kind);
  event.set_amount(amount);
  event.set_bank_reference("B1");
  event.set_value_date(kDay);
  if (kind == v1::BANK_EVENT_KIND_RECEIPT) event.set_receipt_no("R1");
  if (kind == v1::BANK_EVENT_KIND_REJECTED) {
    event.set_bank_code("AC04");
    event.set_code_class("CREDITOR_ACCOUNT");
  }
  return event;
}

v1::Payment World::Get(const std::string& payment_id) const {
  v1::GetPaymentRequest request;
  request.set_payment_id(payment_id);
  return Value(GetPayment(deps_, ReadCall("reader"), request));
}

std::vector<v1::PaymentState> World::Path(const std::string& payment_id) const {
  std::vector<v1::PaymentState> path;
  const v1::Payment payment = Get(payment_id);
  for (const v1::PaymentStep& step : payment.steps()) path.push_back(step.state());
  return path;
}

void World::Settle() {
  for (int round = 0; round < kRoundsMax; ++round) {
    const absl::StatusOr<int> pulled = feed_.PullOnce();
    const absl::StatusOr<int> ledger = ledger_timers_.RunDue();
    const absl::StatusOr<int> bank = bank_timers_.RunDue();
    REQUIRE(pulled.ok());
    REQUIRE(ledger.ok());
    REQUIRE(bank.ok());
    if (*pulled + *ledger + *bank == 0) return;
  }
  FAIL("it never settles");
}

void World::Later(absl::Duration time) {
  clock_.Advance(time);
  Settle();
}

void World::CheckBooks() {
  v1::GetTotalsRequest request;
  const v1::GetTotalsResponse totals = Value(GetTotals(deps_, ReadCall("reader"), request));
  int64_t in_transit = 0, paid = 0, refunded = 0;
  for (const v1::UnitTotal& total : totals.in_all()) {
    in_transit += total.in_transit();
    paid += total.paid();
    refunded += total.refunded();
  }
  CHECK(in_transit == budget_.InTransit());
  CHECK(paid == budget_.Paid());
  CHECK(refunded == budget_.Returned());
  const absl::Status status =
      database().Read(kTenant, absl::InfiniteFuture(), [](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kCompareUsage));
        CHECK(rows.empty());
        return absl::OkStatus();
      });
  CHECK(status.ok());
}

std::vector<v1::PaymentState> World::Published(const std::string& payment_id) {
  std::vector<v1::PaymentState> states;
  const absl::Status status =
      database().Read(kTenant, absl::InfiniteFuture(), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(const pg::Rows rows,
                         tx.Run(sql::kLoadEvents, pg::Args().Text("payments/" + payment_id)));
        int64_t sequence = 0;
        for (const pg::Row row : rows) {
          CHECK(row.Int("sequence") == ++sequence);
          v1::PaymentStateChanged event;
          CHECK(event.ParseFromString(row.Bytes("payload")));
          CHECK(event.payment().version() == sequence);
          states.push_back(event.payment().state());
        }
        return absl::OkStatus();
      });
  CHECK(status.ok());
  return states;
}

std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const auto info = RefusalOf(status);
  return info.has_value() ? info->reason : std::string(absl::StatusCodeToString(status.code()));
}

}  // namespace fiscus::payments::testing

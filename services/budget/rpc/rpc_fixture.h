// Handlers on a real database without gRPC; for the tests of rpc/.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/budget/deps.h"
#include "services/budget/domain/ledger_fixtures.h"
#include "services/budget/store/migrations.h"

namespace fiscus::budget {

class World {
 public:
  World()
      : database_("budget", kMigrations),
        engine_(database_.database(), SystemClock()),
        deps_{.database = database_.database(),
              .clock = SystemClock(),
              .engine = engine_,
              .units = units_} {
    engine_.Start();
  }
  const Deps& deps() const { return deps_; }
  testing::TestDatabase& database() { return database_; }

  // A call of a person who holds the intent at `unit_path`, with the digest that the dispatcher
  // would have made.
  Call CallFor(const std::string& intent, const std::string& method,
               const google::protobuf::Message& request, const std::string& unit_path = "/",
               const std::string& request_id = NewUuid()) {
    Call call =
        testing::TestCall("t1", "00000000-0000-7000-8000-000000000001", {intent}, unit_path);
    call.intent = intent;
    call.method = "/fiscus.budget.v1.BudgetService/" + method;
    call.request_id = request_id;
    call.request_digest = Sha256(call.method + request.SerializeAsString());
    return call;
  }

  // Calls an asynchronous handler and waits.
  template <class Request, class Response>
  absl::StatusOr<Response> Ask(void (*handler)(const Deps&, const Call&, const Request&,
                                               rpc::Reply<Response>),
                               const Request& request) {
    auto answered = std::make_shared<std::promise<absl::StatusOr<Response>>>();
    std::future<absl::StatusOr<Response>> future = answered->get_future();
    const std::string id = request.request_id().empty() ? NewUuid() : request.request_id();
    handler(deps_, CallFor("budget.test", Request::descriptor()->name(), request, "/", id), request,
            rpc::Reply<Response>([answered](absl::StatusOr<Response> response) {
              answered->set_value(std::move(response));
            }));
    return future.get();
  }

  // A line of kProject with `minor` fen approved.
  v1::LedgerResponse Approve(const std::string& line_id, int64_t minor) {
    return *Ask(&ApproveLine, ApproveRequest(line_id, minor));
  }
  static v1::ApproveLineRequest ApproveRequest(const std::string& line_id, int64_t minor) {
    v1::ApproveLineRequest request;
    request.set_request_id(NewUuid());
    v1::BudgetLine& line = *request.mutable_line();
    line.set_line_id(line_id);
    line.set_code("code-" + line_id);
    line.set_document_no("Cai [2026] 1");
    line.set_unit_path("/33/edu/");
    line.set_project_id(kProject);
    line.set_fiscal_year(2026);
    line.set_currency("CNY");
    line.set_mode(v1::LINE_MODE_CONTROLLED);
    SetMoney(request, minor);
    return request;
  }
  v1::ReserveRequest ReserveRequest(int64_t minor, const std::string& payment_id = NewUuid()) {
    v1::ReserveRequest request;
    request.set_request_id(NewUuid());
    request.set_reservation_id(payment_id);
    request.set_line_id(kLineA);
    request.set_project_id(kProject);
    SetMoney(request, minor);
    return request;
  }
  template <class Request>
  static void SetMoney(Request& request, int64_t minor) {
    request.mutable_amount()->set_minor(minor);
    request.mutable_amount()->set_currency("CNY");
    request.set_effective_date("2026-03-15");
  }

 private:
  testing::TestDatabase database_;
  LedgerEngine engine_;
  UnitCache units_;
  const Deps deps_;
};

inline std::string ReasonOf(const absl::Status& status) {
  const auto info = RefusalOf(status);
  return info.has_value() ? info->reason : status.ToString();
}

}  // namespace fiscus::budget

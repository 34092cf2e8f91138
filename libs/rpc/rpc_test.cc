// The error codec, page tokens, field checks and authorisation, without a network; then a server
// over loopback.
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include "fiscus/identity/v1/identity_service.grpc.pb.h"
#include "fiscus/payments/v1/payments_service.grpc.pb.h"
#include "libs/core/status.h"
#include "libs/rpc/dispatcher.h"
#include "libs/rpc/field_path.h"
#include "libs/rpc/host.h"
#include "libs/rpc/page_token.h"
#include "libs/rpc/parse.h"
#include "libs/rpc/status_codec.h"

namespace fiscus::rpc {
namespace {

constexpr char kSchool[] = "/33/3301/school/";
constexpr char kPaymentId[] = "00000000-0000-7000-8000-000000000001";

Call CallOf(std::vector<Grant> grants) {
  return {.now = SystemClock().Now(),
          .deadline = SystemClock().Now() + absl::Seconds(1),
          .caller = {.tenant = "t1", .subject = "u1", .grants = std::move(grants)},
          .method = "/x/Y"};
}

MethodPolicy PolicyFor(const char* method) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method);
  REQUIRE(descriptor != nullptr);
  MethodPolicy policy{.name = method, .domain = "d"};
  policy.access = descriptor->options().GetExtension(options::v1::access);
  return policy;
}

std::string ReasonOf(const absl::Status& status) {
  const auto info = RefusalOf(status);
  return info.has_value() ? info->reason : "";
}

TEST_CASE("A refusal survives the wire with reason, domain, figures and wait", "[codec]") {
  const absl::Status refusal =
      WithRetryAfter(Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_AVAILABLE", "too much",
                            {{"asked", "9007199254740993"}}),
                     1500);
  const absl::Status back = FromWire(ToWire(refusal, "fiscus.budget.v1", "c1"));
  CHECK(back.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(RefusalOf(back)->reason == "EXCEEDS_AVAILABLE");
  CHECK(RefusalOf(back)->domain == "fiscus.budget.v1");
  CHECK(RefusalOf(back)->figures.at("asked") == "9007199254740993");
  CHECK(RetryAfterMsOf(back) == 1500);
  CHECK(FromItem(ToItem(refusal, "fiscus.budget.v1"), "fiscus.budget.v1").code() == back.code());
}

TEST_CASE("A refusal for a state carries Google's PreconditionFailure, others do not", "[codec]") {
  const auto violations = [](absl::StatusCode code) {
    const grpc::Status wire =
        ToWire(Refuse(code, "EXCEEDS_AVAILABLE", "too much", {{"asked", "7"}}), "d", "");
    google::rpc::Status status;
    google::rpc::PreconditionFailure detail;
    REQUIRE(status.ParseFromString(wire.error_details()));
    for (const auto& one : status.details()) one.UnpackTo(&detail);
    return detail.violations();
  };
  REQUIRE(violations(absl::StatusCode::kFailedPrecondition).size() == 1);
  const auto violation = violations(absl::StatusCode::kFailedPrecondition)[0];
  CHECK(violation.type() == "EXCEEDS_AVAILABLE");
  CHECK(violation.subject() == "d");
  CHECK(violation.description() == "too much");
  CHECK(violations(absl::StatusCode::kNotFound).empty());
}

TEST_CASE("Our own errors keep their text in the log and show a correlation id", "[codec]") {
  const grpc::Status wire =
      ToWire(absl::InternalError("relation \"secret\" does not exist"), "d", "abc");
  CHECK(wire.error_code() == grpc::StatusCode::INTERNAL);
  CHECK(wire.error_message().find("secret") == std::string::npos);
  CHECK(wire.error_details().find("abc") != std::string::npos);
  CHECK(ToWire(absl::UnavailableError("x"), "d", "").error_code() == grpc::StatusCode::UNAVAILABLE);
  // A peer that is down is worth a retry; it is no refusal.
  CHECK_FALSE(RefusalOf(FromWire(ToWire(absl::UnavailableError("x"), "d", ""))).has_value());
}

TEST_CASE("Fields reports every violation at once", "[parse]") {
  Fields fields;
  fields.Uuid("payment_id", "nonsense");
  fields.Date("effective_date", "2026-02-30");
  fields.Text("purpose", std::string("a\0b", 3), 1, 100);
  type::v1::Money money;
  money.set_currency("yuan");
  fields.Amount("amount", money);
  CHECK(ViolationsOf(fields.status()).size() == 4);
  CHECK(ReasonOf(fields.status()) == "FIELD_INVALID");
}

TEST_CASE("Page tokens hold for one caller and one query, and every changed byte is noticed",
          "[page]") {
  payments::v1::ListPaymentsRequest request;
  request.set_project_id(kPaymentId);
  const Call call = CallOf({});
  const std::string token = MakePageToken(call, request, {"a:1", "", "b"});
  request.set_page_token(token);
  request.set_page_size(7);
  CHECK(*OpenPageToken(call, request) == std::vector<std::string>{"a:1", "", "b"});
  Call other = call;
  other.caller.tenant = "t2";
  CHECK(ReasonOf(OpenPageToken(other, request).status()) == "PAGE_TOKEN_INVALID");
  payments::v1::ListPaymentsRequest wider = request;
  wider.set_project_id("");
  CHECK_FALSE(OpenPageToken(call, wider).ok());
  for (size_t i = 0; i < token.size(); ++i) {
    payments::v1::ListPaymentsRequest changed = request;
    (*changed.mutable_page_token())[i] = token[i] == 'A' ? 'B' : 'A';
    // The last character may carry unused bits; a token that decodes to the same bytes is the same
    // token.
    if (i + 1 < token.size()) CHECK_FALSE(OpenPageToken(call, changed).ok());
  }
  CHECK(*PageSize(0) == kPageSizeDefault);
  CHECK(*PageSize(5000) == kPageSizeMax);
  CHECK_FALSE(PageSize(-1).ok());
}

TEST_CASE("Authorisation: caller, intent, then scope", "[authorise]") {
  const MethodPolicy submit = PolicyFor("fiscus.payments.v1.PaymentsService.SubmitPayment");
  payments::v1::SubmitPaymentRequest request;
  request.mutable_payment()->set_unit_path(kSchool);
  const auto authorise = [&](const Call& call) {
    return Authorise(submit, call, request, nullptr);
  };
  CHECK(authorise(CallOf({{"/33/3301/", {"payments.submit"}}})).ok());
  CHECK(ReasonOf(authorise(CallOf({{"/33/3301/", {"payments.read"}}}))) == "INTENT_MISSING");
  CHECK(ReasonOf(authorise(CallOf({{"/33/3302/", {"payments.submit"}}}))) == "OUT_OF_SCOPE");
  Call service = CallOf({{"/", {"payments.submit"}}});
  service.caller.service = "budget";
  CHECK(ReasonOf(authorise(service)) == "WRONG_CALLER");
  request.mutable_payment()->clear_unit_path();
  CHECK(ReasonOf(authorise(CallOf({{"/33/", {"payments.submit"}}}))) == "FIELD_INVALID");
}

TEST_CASE("Every item of a batch must be in scope", "[authorise]") {
  const MethodPolicy policy = PolicyFor("fiscus.payments.v1.PaymentsService.BatchSubmitPayments");
  payments::v1::BatchSubmitPaymentsRequest request;
  request.add_requests()->mutable_payment()->set_unit_path(kSchool);
  request.add_requests()->mutable_payment()->set_unit_path("/33/3302/");
  CHECK(ReasonOf(Authorise(policy, CallOf({{"/33/3301/", {"payments.submit"}}}), request,
                           nullptr)) == "OUT_OF_SCOPE");
  CHECK(Authorise(policy, CallOf({{"/33/", {"payments.submit"}}}), request, nullptr).ok());
}

TEST_CASE("A refusal of a batch names the item", "[authorise]") {
  const MethodPolicy policy = PolicyFor("fiscus.payments.v1.PaymentsService.BatchSubmitPayments");
  payments::v1::BatchSubmitPaymentsRequest request;
  for (int i = 0; i < 20; ++i) request.add_requests()->mutable_payment()->set_unit_path(kSchool);
  const auto authorise = [&] {
    return Authorise(policy, CallOf({{"/33/3301/", {"payments.submit"}}}), request, nullptr);
  };
  request.mutable_requests(17)->mutable_payment()->set_unit_path("/33/3302/");
  CHECK(RefusalOf(authorise())->figures.at("unit_path") == "/33/3302/");
  CHECK(RefusalOf(authorise())->figures.at("field") == "requests[17].payment.unit_path");
  request.mutable_requests(18)->mutable_payment()->set_unit_path("nonsense");
  CHECK(ViolationsOf(authorise())[0].field == "requests[18].payment.unit_path");
  request.mutable_requests(18)->clear_payment();
  CHECK(ViolationsOf(authorise())[0].field == "requests[18].payment.unit_path");
  request.clear_requests();
  CHECK(ViolationsOf(authorise())[0].field == "requests.payment.unit_path");
}

TEST_CASE("Scope of a stored resource is resolved by the service", "[authorise]") {
  const MethodPolicy policy = PolicyFor("fiscus.payments.v1.PaymentsService.GetPayment");
  payments::v1::GetPaymentRequest request;
  request.set_payment_id(kPaymentId);
  const UnitResolver found = [](const Call&, std::string_view, const std::vector<std::string>&) {
    return absl::StatusOr<std::vector<std::string>>({kSchool});
  };
  const UnitResolver absent = [](const Call&, std::string_view, const std::vector<std::string>&) {
    return absl::StatusOr<std::vector<std::string>>(
        Refuse(absl::StatusCode::kNotFound, "PAYMENT_NOT_FOUND", "no such payment"));
  };
  CHECK(Authorise(policy, CallOf({{kSchool, {"payments.read"}}}), request, found).ok());
  CHECK(ReasonOf(Authorise(policy, CallOf({{"/33/3302/", {"payments.read"}}}), request, found)) ==
        "OUT_OF_SCOPE");
  CHECK(ReasonOf(Authorise(policy, CallOf({{"/33/", {"payments.read"}}}), request, absent)) ==
        "PAYMENT_NOT_FOUND");
  // Without the intent nobody learns whether it exists.
  CHECK(ReasonOf(Authorise(policy, CallOf({{"/33/", {"payments.submit"}}}), request, absent)) ==
        "INTENT_MISSING");
  request.set_payment_id("1; DROP TABLE payment");
  CHECK(ReasonOf(Authorise(policy, CallOf({{"/33/", {"payments.read"}}}), request, found)) ==
        "FIELD_INVALID");
}

TEST_CASE("A call for the whole tenant needs the intent at the root", "[authorise]") {
  const MethodPolicy policy = PolicyFor("fiscus.identity.v1.IdentityService.PutRole");
  const identity::v1::PutRoleRequest request;
  CHECK(Authorise(policy, CallOf({{"/33/", {"identity.roles.manage"}}}), request, nullptr).ok());
  CHECK(ReasonOf(Authorise(policy, CallOf({{"/33/3301/", {"identity.roles.manage"}}}), request,
                           nullptr)) == "OUT_OF_SCOPE");
}

TEST_CASE("The pool refuses beyond its queue and runs all that it took", "[pool]") {
  std::atomic<int> ran{0};
  {
    std::mutex gate;
    gate.lock();
    WorkerPool pool(1, 2);
    REQUIRE(pool.Post([&] {
      const std::lock_guard wait(gate);
      ++ran;
    }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the worker holds the first
    REQUIRE(pool.Post([&] { ++ran; }));
    REQUIRE(pool.Post([&] { ++ran; }));
    CHECK_FALSE(pool.Post([&] { ++ran; }));
    gate.unlock();
  }
  CHECK(ran == 3);
}

}  // namespace
}  // namespace fiscus::rpc

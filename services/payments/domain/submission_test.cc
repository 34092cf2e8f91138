// The checks of a submission, one row per reason and boundary, and their order of precedence.
#include "services/payments/domain/submission.h"

#include <catch2/catch.hpp>
#include <functional>

#include "libs/core/status.h"
#include "services/payments/domain/examples/examples.h"

namespace fiscus::payments {
namespace {

using examples::By;
using examples::GoodContext;
using examples::ProgressRequest;

std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  return RefusalOf(status).has_value() ? RefusalOf(status)->reason : "no reason";
}

struct Fault {
  std::string reason;
  std::function<void(SubmitContext&, Request&)> make;
};

// In the documented order of precedence; each makes exactly one thing wrong.
std::vector<Fault> Faults() {
  return {
      {"PAYMENT_NOT_FOUND", [](SubmitContext&, Request& r) { r.revises_payment_id = "x"; }},
      {"PROJECT_NOT_FOUND", [](SubmitContext& c, Request&) { c.project.reset(); }},
      {"CONTRACT_NOT_FOUND", [](SubmitContext& c, Request&) { c.contract.reset(); }},
      {"PROJECT_NOT_IN_EXECUTION", [](SubmitContext& c, Request&) { c.project->state = 7; }},
      {"CONTRACT_NOT_EFFECTIVE", [](SubmitContext& c, Request&) { c.contract->state = 6; }},
      {"CONTRACT_MISMATCH", [](SubmitContext& c, Request&) { c.contract->line_id = "other"; }},
      {"CURRENCY_MISMATCH", [](SubmitContext&, Request& r) { r.amount.currency = "USD"; }},
      {"PAYEE_NOT_REGISTERED", [](SubmitContext&, Request& r) { r.payee.account_no = "1"; }},
      {"CONTRACT_EXCEEDED", [](SubmitContext& c, Request&) { c.contract_live_minor = 90'001; }},
      {"ADVANCE_EXCEEDED",
       [](SubmitContext& c, Request& r) {
         r.kind = Kind::kAdvance;
         c.advance_live_minor = 20'001;
       }},
      {"VOUCHER_USED", [](SubmitContext& c, Request&) { c.voucher_used = "INV-1"; }},
  };
}

TEST_CASE("A request that is wrong by itself is refused before anything is looked up",
          "[payments][domain]") {
  Request request = ProgressRequest();
  CHECK(CheckRequest(request).ok());
  request.amount.minor = 1;
  CHECK(CheckRequest(request).ok());
  request.contract_id.clear();
  request.no_contract_reason = "SALARY";
  CHECK(ReasonOf(CheckRequest(request)) == "CONTRACT_MISSING");  // kind PROGRESS
  request.kind = Kind::kNoContract;
  CHECK(CheckRequest(request).ok());
  request.no_contract_reason = "BECAUSE";
  CHECK(ReasonOf(CheckRequest(request)) == "CONTRACT_MISSING");
  request.vouchers.clear();
  CHECK(ReasonOf(CheckRequest(request)) == "VOUCHER_MISSING");
  request.amount.minor = 0;
  CHECK(ReasonOf(CheckRequest(request)) == "AMOUNT_NOT_POSITIVE");
  request.amount.minor = -1;
  CHECK(ReasonOf(CheckRequest(request)) == "AMOUNT_NOT_POSITIVE");
  CHECK(CheckRequest(request).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("Every fault is refused with its own reason", "[payments][domain]") {
  SubmitContext context = GoodContext();
  Request request = ProgressRequest();
  CHECK(CheckSubmission(context, request).ok());
  for (const Fault& fault : Faults()) {
    context = GoodContext();
    request = ProgressRequest();
    fault.make(context, request);
    CHECK(ReasonOf(CheckSubmission(context, request)) == fault.reason);
  }
}

TEST_CASE("Of two faults the earlier in precedence is told", "[payments][domain]") {
  const std::vector<Fault> faults = Faults();
  for (size_t first = 0; first < faults.size(); ++first) {
    for (size_t second = first + 1; second < faults.size(); ++second) {
      // A missing contract or project has no further faults.
      SubmitContext context = GoodContext();
      Request request = ProgressRequest();
      faults[second].make(context, request);
      faults[first].make(context, request);
      CHECK(ReasonOf(CheckSubmission(context, request)) == faults[first].reason);
    }
  }
}

TEST_CASE("What an order looks at again is refused in the same order; amounts and vouchers are not",
          "[payments][domain]") {
  const std::vector<std::string> looked_at = {"PROJECT_NOT_FOUND",        "CONTRACT_NOT_FOUND",
                                              "PROJECT_NOT_IN_EXECUTION", "CONTRACT_NOT_EFFECTIVE",
                                              "CONTRACT_MISMATCH",        "PAYEE_NOT_REGISTERED"};
  const auto order = [](const SubmitContext& context, const Request& request) {
    return ReasonOf(CheckOrder(context.project, context.contract, request));
  };
  CHECK(order(GoodContext(), ProgressRequest()) == "OK");
  const std::vector<Fault> faults = Faults();
  size_t next = 0;
  for (size_t first = 0; first < faults.size(); ++first) {
    const bool looks = next < looked_at.size() && faults[first].reason == looked_at[next];
    next += looks ? 1 : 0;
    SubmitContext context = GoodContext();
    Request request = ProgressRequest();
    faults[first].make(context, request);
    CHECK(order(context, request) == (looks ? faults[first].reason : "OK"));
    for (size_t second = first + 1; looks && second < faults.size(); ++second) {
      context = GoodContext();
      request = ProgressRequest();
      faults[second].make(context, request);
      faults[first].make(context, request);
      CHECK(order(context, request) == faults[first].reason);
    }
  }
  CHECK(next == looked_at.size());
}

TEST_CASE("A project of another unit is not found", "[payments][domain]") {
  Request request = ProgressRequest();
  request.unit_path = "/330000/";
  CHECK(ReasonOf(CheckSubmission(GoodContext(), request)) == "PROJECT_NOT_FOUND");
}

TEST_CASE("The contract's value and its advance may be used up to the last fen",
          "[payments][domain]") {
  SubmitContext context = GoodContext();
  Request request = ProgressRequest();
  context.contract_live_minor = 90'000;
  CHECK(CheckSubmission(context, request).ok());
  context.contract->settlement_minor = 99'999;  // settled below its value
  CHECK(ReasonOf(CheckSubmission(context, request)) == "CONTRACT_EXCEEDED");
  CHECK(
      CheckSubmission(context, request).message() ==
      "the contract is worth 999.99 CNY, of which 900.00 CNY are paid or on their way; 100.00 CNY "
      "were asked");
  context = GoodContext();
  request.kind = Kind::kAdvance;
  context.advance_live_minor = 20'000;
  CHECK(CheckSubmission(context, request).ok());
  request.amount.minor = INT64_MAX;
  context.contract_live_minor = 1;
  CHECK(ReasonOf(CheckSubmission(context, request)) == "CONTRACT_EXCEEDED");
  CHECK(RefusalOf(CheckSubmission(context, request))->figures.at("asked") == "9223372036854775807");
}

TEST_CASE("Which payments are possible in which states of project and contract",
          "[payments][domain]") {
  const auto allowed = [](int project_state, int contract_state, Kind kind) {
    SubmitContext context = GoodContext();
    Request request = ProgressRequest();
    context.project->state = project_state;
    context.contract->state = contract_state;
    request.kind = kind;
    return CheckSubmission(context, request).ok();
  };
  CHECK(allowed(8, 5, Kind::kAdvance));
  CHECK_FALSE(allowed(8, 7, Kind::kAdvance));
  CHECK(allowed(8, 7, Kind::kProgress));
  CHECK_FALSE(allowed(9, 5, Kind::kProgress));
  CHECK(allowed(9, 8, Kind::kFinal));
  CHECK(allowed(11, 9, Kind::kRetention));
  CHECK_FALSE(allowed(12, 9, Kind::kRetention));
  CHECK_FALSE(allowed(15, 5, Kind::kProgress));  // suspended project
  for (const int contract_state : {1, 2, 3, 4, 6, 10, 11, 12}) {
    CHECK_FALSE(allowed(8, contract_state, Kind::kProgress));
  }
}

TEST_CASE("A payment without contract needs only its project and currency", "[payments][domain]") {
  SubmitContext context = GoodContext();
  context.contract.reset();
  Request request = ProgressRequest();
  request.contract_id.clear();
  request.kind = Kind::kNoContract;
  request.no_contract_reason = "TAX";
  request.payee.account_no = "any";
  CHECK(CheckSubmission(context, request).ok());
  request.amount.currency = "USD";
  CHECK(ReasonOf(CheckSubmission(context, request)) == "CURRENCY_MISMATCH");
}

TEST_CASE("Only a payment of the same project that was returned or refunded in full is revised",
          "[payments][domain]") {
  SubmitContext context = GoodContext();
  Request request = ProgressRequest();
  request.revises_payment_id = "old";
  context.revised = RevisedFacts{"old", request.project_id, State::kReturned};
  CHECK(CheckSubmission(context, request).ok());
  context.revised->state = State::kRefunded;
  CHECK(CheckSubmission(context, request).ok());
  context.revised->state = State::kBankRejected;
  CHECK(ReasonOf(CheckSubmission(context, request)) == "WRONG_STATE");
  context.revised = RevisedFacts{"old", "other", State::kReturned};
  CHECK(ReasonOf(CheckSubmission(context, request)) == "WRONG_STATE");
}

TEST_CASE("Refusals about known projects are recorded, others leave no trace",
          "[payments][domain]") {
  for (const Fault& fault : Faults()) {
    SubmitContext context = GoodContext();
    Request request = ProgressRequest();
    fault.make(context, request);
    const absl::Status refusal = CheckSubmission(context, request);
    CHECK(IsRecorded(refusal) == (refusal.code() != absl::StatusCode::kNotFound));
  }
  CHECK_FALSE(IsRecorded(absl::UnavailableError("gone")));
}

TEST_CASE("An opened payment is SUBMITTING, unpublished; a refused one explains itself",
          "[payments][domain]") {
  const absl::Time expiry = absl::FromUnixSeconds(1'774'000'000);
  const Decision opened = Open(ProgressRequest(), By("maker"), expiry, absl::OkStatus());
  CHECK(opened.payment.state == State::kSubmitting);
  CHECK(opened.payment.version == 0);
  REQUIRE(opened.transitions.size() == 1);
  CHECK_FALSE(opened.transitions[0].published);
  CHECK(opened.payment.expires_at == expiry);

  const absl::Status checks = CheckSubmission({.project = GoodContext().project}, [] {
    Request request = ProgressRequest();
    request.kind = Kind::kNoContract;
    request.contract_id.clear();
    request.amount.currency = "USD";
    return request;
  }());
  const Decision refused = Open(ProgressRequest(), By("maker"), expiry, checks);
  CHECK(refused.payment.state == State::kRefused);
  CHECK(refused.payment.version == 1);
  CHECK(refused.transitions.at(0).published);
  const absl::Status answer = RefusalStatus(refused.payment);
  CHECK(answer.code() == checks.code());
  CHECK(answer.message() == checks.message());
  CHECK(RefusalOf(answer)->figures == RefusalOf(checks)->figures);
  CHECK(RefusalOf(answer)->domain == kDomain);
}

TEST_CASE("The ledger's answer resolves a submission once", "[payments][domain]") {
  const Payment opened = examples::In(State::kSubmitting);
  const Decision submitted = Resolve(opened, absl::OkStatus(), By("maker"));
  CHECK(submitted.payment.state == State::kSubmitted);
  CHECK(submitted.payment.hold == Hold::kPending);
  CHECK(submitted.payment.version == 1);
  CHECK(Resolve(submitted.payment, absl::OkStatus(), By("maker")).transitions.empty());
  const absl::Status no = Refuse(absl::StatusCode::kFailedPrecondition, "EXCEEDS_AVAILABLE",
                                 "too much", {{"available", "5"}}, "fiscus.budget.v1");
  CHECK(Resolve(submitted.payment, no, By("maker")).transitions.empty());
  const Payment refused = Resolve(opened, no, By("maker")).payment;
  CHECK(refused.state == State::kRefused);
  CHECK(refused.hold == Hold::kNone);
  CHECK(RefusalOf(RefusalStatus(refused))->domain == "fiscus.budget.v1");
  CHECK(RefusalOf(RefusalStatus(refused))->figures.at("available") == "5");
}

TEST_CASE("The answer of a submission is the same whatever happened since", "[payments][domain]") {
  const Payment first = examples::In(State::kSubmitted);
  for (int number = 4; number <= kStateMax; ++number) {
    const Payment answer = AsSubmitted(examples::In(static_cast<State>(number)));
    CHECK(answer.state == State::kSubmitted);
    CHECK(answer.version == first.version);
    CHECK(answer.cleared_minor == 0);
    CHECK(answer.refunded_minor == 0);
    CHECK_FALSE(answer.refusal.has_value());
    CHECK(answer.bank_reference.empty());
    CHECK(answer.receipt_no.empty());
  }
}

}  // namespace
}  // namespace fiscus::payments

#include "tests/bench/load/requests.h"

#include "absl/strings/str_cat.h"
#include "libs/runtime/clock.h"

namespace fiscus::bench {
namespace {

constexpr char kDay[] = "2026-06-30";
constexpr int kYear = 2026;
constexpr int64_t kAmountMaxFen = 100'000;
constexpr char kUnit[] = "/bench/";

void Set(int64_t fen, type::v1::Money* money) {
  money->set_minor(fen);
  money->set_currency("CNY");
}

}  // namespace

Requests::Requests(const Plan& plan, int lane)
    : plan_(plan), random_(static_cast<uint64_t>(lane) * 7919 + 1) {}

v1::ApproveLineRequest Requests::Approve(int64_t number) const {
  v1::ApproveLineRequest request;
  request.set_request_id(NewUuid());
  request.set_effective_date(kDay);
  Set(plan_.line_fen, request.mutable_amount());
  v1::BudgetLine& line = *request.mutable_line();
  line.set_line_id(LineId(number));
  line.set_code(absl::StrCat("L-", number));
  line.set_document_no("bench");
  line.set_unit_path(kUnit);
  line.set_project_id(ProjectId(number));
  line.set_fiscal_year(kYear);
  line.set_currency("CNY");
  line.set_mode(v1::LINE_MODE_CONTROLLED);
  line.set_state(v1::LINE_STATE_ACTIVE);
  line.mutable_classification()->set_function_class("2050202");
  line.mutable_classification()->set_economic_class("50601");
  line.mutable_classification()->set_fund_nature("general");
  return request;
}

v1::ReserveRequest Requests::Reserve() {
  const int64_t number =
      plan_.first_line + static_cast<int64_t>(random_() % static_cast<uint64_t>(plan_.lines));
  const bool too_much = static_cast<int>(random_() % 10'000) < plan_.refused_bp;
  const auto fen = static_cast<int64_t>(1 + random_() % kAmountMaxFen);
  v1::ReserveRequest request;
  request.set_request_id(NewUuid());
  request.set_reservation_id(NewUuid());
  request.set_line_id(LineId(number));
  request.set_project_id(ProjectId(number));
  Set(too_much ? plan_.line_fen + fen : fen, request.mutable_amount());
  request.set_effective_date(kDay);
  request.set_expires_at("2036-01-01T00:00:00Z");
  return request;
}

v1::PostRequest Requests::Post(const v1::ReserveRequest& reserved) const {
  v1::PostRequest request;
  request.set_request_id(NewUuid());
  request.set_reservation_id(reserved.reservation_id());
  *request.mutable_amount() = reserved.amount();
  request.set_effective_date(kDay);
  return request;
}

v1::BatchReserveRequest Requests::Batch() {
  v1::BatchReserveRequest request;
  request.set_request_id(NewUuid());
  for (int i = 0; i < plan_.batch; ++i) *request.add_requests() = Reserve();
  return request;
}

}  // namespace fiscus::bench

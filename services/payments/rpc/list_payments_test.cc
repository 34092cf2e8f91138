// Lists: pages without gaps or repeats, filters, and only what lies in the caller's units.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "fiscus/payments/v1/payments_service.handlers.h"
#include "services/payments/testing/world.h"

namespace fiscus::payments {
namespace {

using testing::ReasonOf;
using testing::World;

TEST_CASE("Pages follow each other and end", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  std::set<std::string> made;
  for (int i = 0; i < 7; ++i) made.insert(world.Submitted(100).payment_id());
  v1::ListPaymentsRequest request;
  request.set_page_size(3);
  std::vector<std::string> seen;
  do {
    const auto page = ListPayments(world.deps(), world.ReadCall("reader"), request);
    REQUIRE(page.ok());
    CHECK(page->payments_size() <= 3);
    for (const v1::Payment& payment : page->payments()) seen.push_back(payment.payment_id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(std::set(seen.begin(), seen.end()) == made);
  CHECK(seen.size() == made.size());
}

TEST_CASE("A caller sees the payments of his units, and of those the ones asked for",
          "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  const std::string id = world.Submitted(100).payment_id();
  const auto count = [&world](const std::string& scope, const v1::ListPaymentsRequest& request) {
    const auto page = ListPayments(world.deps(), world.ReadCall("reader", scope), request);
    REQUIRE(page.ok());
    return page->payments_size();
  };
  v1::ListPaymentsRequest request;
  CHECK(count("/", request) == 1);
  CHECK(count(testing::kUnit, request) == 1);
  CHECK(count("/330000/", request) == 1);
  CHECK(count("/3300/", request) == 0);
  CHECK(count("/330000/330200/", request) == 0);
  request.set_under_path("/330000/330200/");
  CHECK(count("/", request) == 0);
  request.set_under_path("/330000/");
  CHECK(count("/", request) == 1);
  request.set_state(v1::PAYMENT_STATE_CLEARED);
  CHECK(count("/", request) == 0);
  request.set_state(v1::PAYMENT_STATE_SUBMITTED);
  request.set_project_id(testing::kProject);
  CHECK(count("/", request) == 1);
  request.set_project_id(NewUuid());
  CHECK(count("/", request) == 0);
  Call foreign = world.ReadCall("reader");
  foreign.caller.tenant = "t2";
  CHECK(ListPayments(world.deps(), foreign, {})->payments_size() == 0);
}

TEST_CASE("Bad pages are refused", "[payments][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  v1::ListPaymentsRequest request;
  request.set_page_token("forged");
  CHECK(ReasonOf(ListPayments(world.deps(), world.ReadCall("reader"), request).status()) ==
        "PAGE_TOKEN_INVALID");
  request.Clear();
  request.set_page_size(-1);
  CHECK(ReasonOf(ListPayments(world.deps(), world.ReadCall("reader"), request).status()) ==
        "FIELD_INVALID");
  request.Clear();
  request.set_under_path("330000");
  CHECK(ReasonOf(ListPayments(world.deps(), world.ReadCall("reader"), request).status()) ==
        "FIELD_INVALID");
}

}  // namespace
}  // namespace fiscus::payments

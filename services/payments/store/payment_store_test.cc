// The store on PostgreSQL: every query against the migrated schema, limits under concurrency, and
// the database's own fences.
#include "services/payments/store/payment_store.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "libs/core/ids.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/payments/domain/examples/examples.h"
#include "services/payments/domain/submission.h"
#include "services/payments/domain/transitions.h"
#include "services/payments/store/bank_store.h"
#include "services/payments/store/migrations.h"
#include "services/payments/store/queries.h"

namespace fiscus::payments::store {
namespace {

using fiscus::testing::TestDatabase;

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(30); }

Fresh NewPayment(int64_t amount, const std::string& voucher = "INV") {
  Request request = examples::ProgressRequest();
  request.payment_id = NewUuid();
  request.amount.minor = amount;
  request.vouchers = {voucher, "second \"quoted\" {voucher}"};
  return {.decision = Open(request, examples::By("maker"), absl::FromUnixSeconds(1'774'000'000),
                           absl::OkStatus()),
          .request_id = NewUuid()};
}

absl::Status OpenAndInsert(pg::Tx& tx, const Fresh& fresh) {
  RETURN_IF_ERROR(LockContracts(tx, {fresh.decision.payment.request.contract_id}).status());
  return Insert(tx, {fresh});
}

TEST_CASE("Every query fits the schema", "[payments][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase database("payments", kMigrations);
  const absl::Status prepared = database.PrepareAll(sql::kAll);
  INFO(prepared.ToString());
  CHECK(prepared.ok());
}

TEST_CASE("A payment is read as it was written, in every state", "[payments][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase test("payments", kMigrations);
  for (int number = 2; number <= kStateMax; ++number) {
    const Fresh fresh = NewPayment(10'000);
    Payment after = examples::In(static_cast<State>(number));
    after.request = fresh.decision.payment.request;
    after.refusal = Refusal{.reason = "R",
                            .domain = "d",
                            .message = "m",
                            .figures = {{"a", ""},
                                        {"b",
                                         "1\x1f"
                                         "2"},
                                        {"c", "\"'{}"}}};
    const absl::Status status =
        test.database().Write("t1", Soon(), [&](pg::Tx& tx) -> absl::Status {
          RETURN_IF_ERROR(OpenAndInsert(tx, fresh));
          RETURN_IF_ERROR(Update(tx, {{fresh.decision.payment, {.payment = after}}}));
          ASSIGN_OR_RETURN(const Payment read, LockOne(tx, after.request.payment_id));
          CHECK(read.request == after.request);
          CHECK(read.state == after.state);
          CHECK(read.hold == after.hold);
          CHECK(read.cleared_minor == after.cleared_minor);
          CHECK(read.refunded_minor == after.refunded_minor);
          CHECK(read.ordered_on == after.ordered_on);
          CHECK(read.settles_on == after.settles_on);
          CHECK(read.signer == after.signer);
          CHECK(read.expires_at == fresh.decision.payment.expires_at);
          CHECK(read.refusal->figures.at("a").empty());
          CHECK(read.refusal->figures.at("b") == "1 2");
          CHECK(read.refusal->figures.at("c") == "\"'{}");
          return absl::OkStatus();
        });
    INFO(status.ToString());
    CHECK(status.ok());
  }
}

TEST_CASE("Parallel submissions never take more than the contract is worth", "[payments][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase test("payments", kMigrations, 16);
  std::atomic<int> taken = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 16; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const Fresh fresh = NewPayment(3'000);
        const std::string& contract = fresh.decision.payment.request.contract_id;
        bool fits = false;
        const absl::Status status =
            test.database().Write("t1", Soon(), [&](pg::Tx& tx) -> absl::Status {
              ASSIGN_OR_RETURN(const auto usage, LockContracts(tx, {contract}));
              fits = usage.at(contract).live_minor + 3'000 <= 100'000;
              return fits ? Insert(tx, {fresh}) : absl::OkStatus();
            });
        if (status.ok() && fits) ++taken;
      }
    });
  }
  threads.clear();
  CHECK(taken == 33);
}

TEST_CASE("Of many who want one voucher, one gets it", "[payments][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase test("payments", kMigrations, 16);
  std::atomic<int> winners = 0, losers = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 16; ++thread) {
    threads.emplace_back([&] {
      const std::string id = NewUuid();
      const VoucherKey key("Builder", "INV-1");
      bool won = false;
      const absl::Status status =
          test.database().Write("t1", Soon(), [&](pg::Tx& tx) -> absl::Status {
            ASSIGN_OR_RETURN(const VoucherClaims claims, ClaimVouchers(tx, {key}, id));
            won = claims.free.contains(key);
            return AssignVouchers(tx, claims.free, {{key, id}});
          });
      if (status.ok()) ++(won ? winners : losers);
    });
  }
  threads.clear();
  CHECK(winners == 1);
  CHECK(losers == 15);
}

TEST_CASE("The database itself refuses what the rules forbid", "[payments][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase test("payments", kMigrations);
  const Fresh fresh = NewPayment(10'000);
  REQUIRE(test.database()
              .Write("t1", Soon(), [&](pg::Tx& tx) { return OpenAndInsert(tx, fresh); })
              .ok());
  const auto rejected = [&](const std::function<void(Payment&)>& damage) {
    Payment bad = fresh.decision.payment;
    damage(bad);
    return !test.database()
                .Write("t1", Soon(),
                       [&](pg::Tx& tx) {
                         return Update(tx, {{fresh.decision.payment, {.payment = bad}}});
                       })
                .ok();
  };
  CHECK_FALSE(rejected([](Payment& p) { p.state = State::kSubmitted; }));
  CHECK(rejected([](Payment& p) { p.unit_approver = p.maker.subject; }));
  CHECK(rejected([](Payment& p) { p.signer = p.maker.subject; }));
  CHECK(rejected([](Payment& p) { p.cleared_minor = 5; }));  // cleared, but not posted
  CHECK(rejected([](Payment& p) { p.hold = Hold::kPosted; }));
  CHECK(rejected([](Payment& p) {
    p.hold = Hold::kPosted;
    p.cleared_minor = 10'001;
  }));
  CHECK(rejected([](Payment& p) {
    p.hold = Hold::kPosted;
    p.cleared_minor = 5;
    p.refunding_minor = 6;
  }));
}

TEST_CASE("Tenants do not see each other", "[payments][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase test("payments", kMigrations);
  const Fresh fresh = NewPayment(10'000);
  REQUIRE(test.database()
              .Write("t1", Soon(), [&](pg::Tx& tx) { return OpenAndInsert(tx, fresh); })
              .ok());
  const std::string& id = fresh.decision.payment.request.payment_id;
  const auto found_by = [&](const std::string& tenant) {
    size_t found = 0;
    const absl::Status status =
        test.database().Read(tenant, Soon(), [&](pg::Tx& tx) -> absl::Status {
          ASSIGN_OR_RETURN(const auto payments, Load(tx, {id}));
          found = payments.size();
          return absl::OkStatus();
        });
    CHECK(status.ok());
    return found;
  };
  CHECK(found_by("t1") == 1);
  CHECK(found_by("t2") == 0);
}

TEST_CASE("The cursor moves by compare and set", "[payments][store]") {
  FISCUS_NEEDS_PG();
  TestDatabase test("payments", kMigrations);
  const auto move = [&](int64_t from, int64_t to) {
    return test.database().WriteOnce(
        "system", Soon(),
        [&](pg::Tx& tx) { return MoveCursor(tx, "bank", from, to, SystemClock().Now()); }, nullptr);
  };
  CHECK(move(0, 5).ok());
  CHECK(move(0, 7).code() == absl::StatusCode::kAborted);
  CHECK(move(5, 7).ok());
}

}  // namespace
}  // namespace fiscus::payments::store

// The ledger's vocabulary: names, sums, ratios, limits, and the table of legal entries, each in
// full.
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "services/budget/domain/journal.h"
#include "services/budget/domain/line.h"
#include "services/budget/domain/reason.h"
#include "services/budget/domain/tolerance.h"

namespace fiscus::budget {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr int kOperations = 17;
constexpr int kReasons = 25;

using Pair = std::pair<Account, Account>;  // debit, credit
constexpr Account kSource = Account::kBudgetSource;
constexpr Account kPending = Account::kPendingAllotment;
constexpr Account kExecutable = Account::kExecutable;

// The table in budget.proto's Operation, written out.
std::vector<Pair> LegalPairs(Operation operation) {
  switch (operation) {
    case Operation::kApprove:
    case Operation::kSupplement:
      return {{kExecutable, kSource}, {kPending, kSource}};
    case Operation::kReduce:
      return {{kSource, kExecutable}, {kSource, kPending}};
    case Operation::kTransferOut:
      return {{Account::kTransferClearing, kExecutable}};
    case Operation::kTransferIn:
      return {{kExecutable, Account::kTransferClearing}};
    case Operation::kAllotDown:
      return {{Account::kAllotmentClearing, kPending}};
    case Operation::kAllotIn:
      return {{kExecutable, Account::kAllotmentClearing}, {kPending, Account::kAllotmentClearing}};
    case Operation::kFreeze:
      return {{Account::kFrozen, kExecutable}, {Account::kFrozen, kPending}};
    case Operation::kUnfreeze:
      return {{kExecutable, Account::kFrozen}, {kPending, Account::kFrozen}};
    case Operation::kEncumber:
      return {{Account::kEncumbered, kExecutable}};
    case Operation::kLiquidate:
      return {{kExecutable, Account::kEncumbered}};
    case Operation::kReserve:
      return {{Account::kInTransit, kExecutable}, {Account::kInTransit, Account::kEncumbered}};
    case Operation::kPost:
      return {{Account::kPaid, Account::kInTransit}};
    case Operation::kVoid:
    case Operation::kExpire:
      return {{kExecutable, Account::kInTransit}, {Account::kEncumbered, Account::kInTransit}};
    case Operation::kRefund:
      return {{kExecutable, Account::kRefunded}, {Account::kEncumbered, Account::kRefunded}};
    case Operation::kObservedPay:
      return {{Account::kPaid, kExecutable}, {Account::kPaid, Account::kEncumbered}};
  }
  return {};
}

TEST_CASE("Of all pairs of accounts an operation may move between those of its row only") {
  for (int number = 1; number <= kOperations; ++number) {
    const auto operation = static_cast<Operation>(number);
    const std::vector<Pair> legal = LegalPairs(operation);
    CAPTURE(OperationName(operation));
    REQUIRE_FALSE(legal.empty());
    for (int debit = 1; debit < kAccountCount; ++debit) {
      for (int credit = 1; credit < kAccountCount; ++credit) {
        const Pair pair{static_cast<Account>(debit), static_cast<Account>(credit)};
        CAPTURE(AccountName(pair.first), AccountName(pair.second));
        const bool listed = std::find(legal.begin(), legal.end(), pair) != legal.end();
        CHECK(IsLegal(operation, pair.first, pair.second) == listed);
      }
    }
  }
  CHECK_FALSE(IsLegal(static_cast<Operation>(kOperations + 1), kExecutable, kSource));
}

// Names are part of the interface: the API's explanations, the audit record and the CLI show them.
template <class Enum>
std::set<std::string_view> NamesOf(int count, std::string_view (*name)(Enum)) {
  std::set<std::string_view> names;
  for (int number = 1; number <= count; ++number) names.insert(name(static_cast<Enum>(number)));
  return names;
}

TEST_CASE("Every account, operation and reason has a name of its own") {
  CHECK(NamesOf<Account>(kAccountCount - 1, AccountName) ==
        std::set<std::string_view>{"BUDGET_SOURCE", "PENDING_ALLOTMENT", "EXECUTABLE",
                                   "TRANSFER_CLEARING", "ALLOTMENT_CLEARING", "FROZEN",
                                   "ENCUMBERED", "IN_TRANSIT", "PAID", "REFUNDED"});
  CHECK(NamesOf<Operation>(kOperations, OperationName) ==
        std::set<std::string_view>{"APPROVE", "SUPPLEMENT", "REDUCE", "TRANSFER_OUT", "TRANSFER_IN",
                                   "ALLOT_DOWN", "ALLOT_IN", "FREEZE", "UNFREEZE", "ENCUMBER",
                                   "LIQUIDATE", "RESERVE", "POST", "VOID", "EXPIRE", "REFUND",
                                   "OBSERVED_PAY"});
  const std::set<std::string_view> reasons = NamesOf<Reason>(kReasons, ReasonName);
  CHECK(reasons.size() == kReasons);
  CHECK(reasons.count("BUDGET_REASON_UNSPECIFIED") == 0);
  CHECK(AccountName(static_cast<Account>(0)) == "UNKNOWN");
  CHECK(OperationName(static_cast<Operation>(0)) == "UNKNOWN");
  CHECK(ReasonName(static_cast<Reason>(kReasons + 1)) == "BUDGET_REASON_UNSPECIFIED");
}

TEST_CASE("A reason tells by its code what the sender can do") {
  using Code = absl::StatusCode;
  const std::vector<std::pair<Reason, Code>> rows = {
      {Reason::kLineNotFound, Code::kNotFound},
      {Reason::kReservationNotFound, Code::kNotFound},
      {Reason::kProfileNotFound, Code::kNotFound},
      {Reason::kCurrencyMismatch, Code::kInvalidArgument},
      {Reason::kAmountNotPositive, Code::kInvalidArgument},
      {Reason::kAmountOverflow, Code::kInvalidArgument},
      {Reason::kLineExists, Code::kAlreadyExists},
      {Reason::kReservationExists, Code::kAlreadyExists},
      {Reason::kVersionMismatch, Code::kAborted}};
  std::set<Reason> listed;
  for (const auto& [reason, code] : rows) {
    CAPTURE(ReasonName(reason));
    CHECK(ReasonCode(reason) == code);
    listed.insert(reason);
  }
  for (int number = 1; number <= kReasons; ++number) {
    const auto reason = static_cast<Reason>(number);
    CAPTURE(ReasonName(reason));
    if (listed.count(reason) == 0) CHECK(ReasonCode(reason) == Code::kFailedPrecondition);
  }
}

TEST_CASE("The sums of a line count every bucket once, with its sign") {
  const Balances b{.approved = 1,
                   .supplemented = 20,
                   .reduced = 3,
                   .transferred_in = 400,
                   .transferred_out = 50,
                   .allotted_in = 6'000,
                   .allotted_down = 700,
                   .frozen = 11,
                   .encumbered = 130,
                   .in_transit = 1'700,
                   .paid = 19'000,
                   .refunded = 230};
  CHECK(Authorised(b) == 1 + 20 - 3 + 400 - 50 + 6'000 - 700);
  CHECK(NetPaid(b) == 19'000 - 230);
  CHECK(Used(b) == 130 + 1'700 + 19'000 - 230);
  CHECK(Available(b) == Authorised(b) - 11 - Used(b));
}

TEST_CASE("Usage is rounded up, so that above a limit is above in basis points too") {
  CHECK(UsageBp(0, 0) == 0);
  CHECK(UsageBp(-5, 100) == 0);
  CHECK(UsageBp(1, 0) == kUsageUnlimitedBp);
  CHECK(UsageBp(1, -1) == kUsageUnlimitedBp);
  CHECK(UsageBp(1, 1) == 10'000);
  CHECK(UsageBp(1, 3) == 3'334);
  CHECK(UsageBp(kLargest, kLargest) == 10'000);
  CHECK(UsageBp(kLargest - 1, kLargest) == 10'000);
  CHECK(UsageBp(kLargest, 1) == kUsageUnlimitedBp);
  CHECK(UsageBp(214'748, 1) == 2'147'480'000);
  CHECK(UsageBp(214'749, 1) == kUsageUnlimitedBp);
}

TEST_CASE("A limit is passed above it, not at it; passed limits come lowest first") {
  const ToleranceProfile profile{.name = "p",
                                 .limits = {{ToleranceGroup::kPay, 9'000, ToleranceAction::kBlock},
                                            {ToleranceGroup::kPay, 7'000, ToleranceAction::kInfo},
                                            {ToleranceGroup::kCommit, 1, ToleranceAction::kWarn}}};
  CHECK(LimitsPassed(profile, ToleranceGroup::kPay, 7'000).empty());
  const auto one = LimitsPassed(profile, ToleranceGroup::kPay, 7'001);
  REQUIRE(one.size() == 1);
  CHECK(one[0] == ToleranceNotice{.limit = profile.limits[1], .usage_bp = 7'001});
  const auto two = LimitsPassed(profile, ToleranceGroup::kPay, 9'001);
  REQUIRE(two.size() == 2);
  CHECK(two[0].limit.usage_bp == 7'000);
  CHECK(two[1].limit.usage_bp == 9'000);
  CHECK(LimitsPassed(profile, ToleranceGroup::kCommit, 2).size() == 1);
}

TEST_CASE("What the default profile means is what the documents promise") {
  const ToleranceProfile& profile = DefaultProfile();
  CHECK(profile.name == "default");
  const auto names = [&](ToleranceGroup group) {
    std::vector<std::pair<int32_t, ToleranceAction>> limits;
    for (const ToleranceNotice& passed : LimitsPassed(profile, group, kUsageUnlimitedBp)) {
      limits.emplace_back(passed.limit.usage_bp, passed.limit.action);
    }
    return limits;
  };
  using Limits = std::vector<std::pair<int32_t, ToleranceAction>>;
  CHECK(names(ToleranceGroup::kCommit) ==
        Limits{{9'000, ToleranceAction::kWarn}, {10'000, ToleranceAction::kBlock}});
  CHECK(names(ToleranceGroup::kPay) == Limits{{7'000, ToleranceAction::kInfo},
                                              {8'500, ToleranceAction::kWarn},
                                              {10'000, ToleranceAction::kBlock}});
}

TEST_CASE("A profile's name is lower case, begins with a letter and has 40 characters at most") {
  for (const char* name : {"a", "strict-2026", "a_b", "z9"}) CHECK(IsProfileName(name));
  for (const char* name : {"", "A", "9a", "-a", "a b", "ä", "a.b", "aB"})
    CHECK_FALSE(IsProfileName(name));
  CHECK(IsProfileName(std::string(40, 'a')));
  CHECK_FALSE(IsProfileName(std::string(41, 'a')));
}

TEST_CASE("An entry's id follows from line and version alone") {
  CHECK(EntryId("l", 1) == EntryId("l", 1));
  CHECK(EntryId("l", 1) != EntryId("l", 2));
  CHECK(EntryId("l", 11) != EntryId("l1", 1));
  CHECK(EntryId("l", 1) != EntryId("m", 1));
}

}  // namespace
}  // namespace fiscus::budget

// Bytes of the state and of the outbox: they round-trip, equal values give equal bytes, and damaged
// ones are refused.
#include <catch2/catch.hpp>
#include <limits>
#include <memory>
#include <string>
#include <variant>

#include "fiscus/budget/v1/events.pb.h"
#include "fiscus/payments/v1/events.pb.h"
#include "fiscus/projects/v1/events.pb.h"
#include "services/monitor/codec/digest.h"
#include "services/monitor/codec/event_codec.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/codec/output_codec.h"
#include "services/monitor/codec/state_codec.h"
#include "services/monitor/codec/wire.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor {
namespace {

RuleSet TwoRules() {
  RuleSet rules;
  rules.rules.resize(2);
  rules.rules[0].id = "A";
  rules.rules[1].id = "B";
  return rules;
}

LineState SomeLine() {
  LineState line;
  line.line_id = "l";
  line.unit_path = "/a/";
  line.currency = "CNY";
  line.fiscal_year = 2026;
  line.amounts = {std::numeric_limits<int64_t>::max(), 2, -3,
                  std::numeric_limits<int64_t>::min(), 5, 6};
  line.has_plan = true;
  line.plan[11] = 12;
  line.sequence = 7;
  line.slots.push_back({1, {2026, rules::Severity::kRed, rules::Severity::kNone, 0, 3}});
  return line;
}

}  // namespace

TEST_CASE("numbers of every size round-trip", "[monitor][codec]") {
  for (const int64_t value : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{63}, int64_t{-64},
                              int64_t{64}, int64_t{1} << 40, std::numeric_limits<int64_t>::max(),
                              std::numeric_limits<int64_t>::min()}) {
    std::string bytes;
    Writer(bytes).Signed(value);
    Reader reader(bytes);
    CHECK(reader.Signed() == value);
    CHECK(reader.AtEnd());
  }
}

TEST_CASE("a reader refuses what ends early or claims too much", "[monitor][codec]") {
  CHECK_FALSE([] {
    Reader r("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    return r.Unsigned(), r.ok();
  }());
  CHECK_FALSE([] {
    Reader r(
        std::string_view("\x05"
                         "abc"));
    return r.Text(), r.ok();
  }());
  CHECK_FALSE([] {
    Reader r(std::string_view("\x7f"));
    return r.Count(), r.ok();
  }());
  Reader empty("");
  CHECK(empty.Signed() == 0);
  CHECK_FALSE(empty.ok());
}

TEST_CASE("a line round-trips; every truncation and a longer record are refused",
          "[monitor][codec]") {
  const RuleSet rules = TwoRules();
  std::string bytes;
  EncodeLine(SomeLine(), rules, bytes);
  const std::string key = RecordKey("t", "p", RecordKind::kLine, "l");
  ProjectState project;
  REQUIRE(DecodeInto(key, "ll", bytes, rules, project).ok());
  std::string again;
  EncodeLine(project.lines[0], rules, again);
  CHECK(again == bytes);
  CHECK(project.lines[0].amounts == SomeLine().amounts);
  CHECK(project.lines[0].counted == SomeLine().amounts);
  for (size_t size = 0; size < bytes.size(); ++size) {
    ProjectState damaged;
    CHECK_FALSE(DecodeInto(key, "ll", bytes.substr(0, size), rules, damaged).ok());
  }
  ProjectState longer;
  CHECK_FALSE(DecodeInto(key, "ll", bytes + "x", rules, longer).ok());
  CHECK_FALSE(DecodeInto(key, "zl", bytes, rules, longer).ok());
  CHECK_FALSE(DecodeInto(key, "", bytes, rules, longer).ok());
}

TEST_CASE("rules are kept by id: a changed rule set keeps what it still knows",
          "[monitor][codec]") {
  std::string bytes;
  EncodeLine(SomeLine(), TwoRules(), bytes);
  RuleSet changed = TwoRules();
  changed.rules.erase(changed.rules.begin());  // B is now the first
  ProjectState project;
  REQUIRE(DecodeInto("k", "ll", bytes, changed, project).ok());
  REQUIRE(project.lines[0].slots.size() == 1);
  CHECK(project.lines[0].slots[0].rule == 0);
  changed.rules[0].id = "C";
  ProjectState other;
  REQUIRE(DecodeInto("k", "ll", bytes, changed, other).ok());
  CHECK(other.lines[0].slots.empty());
}

TEST_CASE("keys split into what they were made of, and prefixes are exact", "[monitor][codec]") {
  const std::string key = RecordKey("north", "p-1", RecordKind::kContract, "c-1");
  const ProjectOfKey parts = SplitProjectKey(key);
  CHECK(parts.tenant == "north");
  CHECK(parts.project == "p-1");
  CHECK(parts.rest == "cc-1");
  CHECK(key.starts_with(TenantPrefix("north")));
  CHECK_FALSE(
      RecordKey("north", "p-12", RecordKind::kCore).starts_with(ProjectPrefix("north", "p-1")));
  CHECK_FALSE(RecordKey("northern", "p", RecordKind::kCore).starts_with(TenantPrefix("north")));
  CHECK(SplitProjectKey("Tnorth").tenant.empty());
}

TEST_CASE("the digest does not depend on the order of records and follows replacements",
          "[monitor][codec]") {
  Digest forward, backward;
  const Digest a = RecordHash("k1", "v1"), b = RecordHash("k2", "v2");
  Add(a, forward);
  Add(b, forward);
  Add(b, backward);
  Add(a, backward);
  CHECK(forward == backward);
  RecordMark mark{true, a.high, a.low};
  Replace(RecordHash("k1", "v3"), mark, forward);
  Digest anew;
  Add(RecordHash("k1", "v3"), anew);
  Add(b, anew);
  CHECK(forward == anew);
  CHECK_FALSE(mark.dirty);
  CHECK_FALSE(RecordHash("ab", "c") == RecordHash("a", "bc"));
  CHECK_FALSE(RecordHash("k", std::string(1, '\0')) == RecordHash("k", ""));
}

TEST_CASE("an output round-trips through the outbox", "[monitor][codec]") {
  const Output output{
      OutputTopic::kWarnings, "p", "id", "t", "warnings/p", 9, "projects/p", "time", "trace",
      std::string("\0x", 2)};
  std::string bytes;
  Writer writer(bytes);
  Put(output, writer);
  Reader reader(bytes);
  CHECK(GetOutput(reader) == output);
  CHECK(reader.AtEnd());
}

TEST_CASE("slots are found by rule after the rules have changed places", "[monitor][codec]") {
  LineState line = SomeLine();
  line.slots = {{0, {2026, rules::Severity::kYellow, rules::Severity::kNone, 0, 5}},
                {1, {2026, rules::Severity::kRed, rules::Severity::kNone, 0, 3}}};
  std::string bytes;
  EncodeLine(line, TwoRules(), bytes);
  RuleSet changed = TwoRules();
  std::swap(changed.rules[0], changed.rules[1]);
  ProjectState project;
  REQUIRE(DecodeInto("k", "ll", bytes, changed, project).ok());
  const RuleSlots& slots = project.lines[0].slots;
  REQUIRE(slots.size() == 2);
  CHECK(slots[0].rule == 0);  // B
  CHECK(slots[0].track.transitions == 3);
  CHECK(slots[1].rule == 1);  // A
  CHECK(slots[1].track.transitions == 5);
}

TEST_CASE("a fund plan arrives month by month with its date", "[monitor][codec]") {
  budget::v1::FundPlanSet sent;
  sent.set_line_id("line-1");
  sent.set_project_id("p-1");
  sent.set_unit_path("/a/");
  sent.set_fiscal_year(2026);
  for (int month = 1; month <= 12; ++month) sent.add_monthly(100 * month);
  sent.set_effective_date("2026-02-03");
  const auto decode = [decoder = std::make_shared<EventDecoder>()](const auto& event) {
    const auto decoded = decoder->Decode("fiscus.budget.v1.FundPlanSet", event.SerializeAsString());
    REQUIRE(decoded.ok());
    return std::get<FundPlanSet>(decoded->event);
  };
  const FundPlanSet plan = decode(sent);
  CHECK(plan.line_id == "line-1");
  CHECK(plan.project_id == "p-1");
  CHECK(plan.unit_path == "/a/");
  CHECK(plan.date == ParseDay("2026-02-03"));
  for (size_t i = 0; i < plan.monthly.size(); ++i) {
    CHECK(plan.monthly[i] == 100 * static_cast<int64_t>(i + 1));
  }
  sent.clear_monthly();
  for (const int64_t month : decode(sent).monthly) CHECK(month == 0);
}

TEST_CASE("every field of a line, a contract and a payment arrives at its place",
          "[monitor][codec]") {
  EventDecoder decoder;
  budget::v1::EntryPosted entry;
  budget::v1::BudgetLine& line = *entry.mutable_line();
  line.set_line_id("l");
  line.set_project_id("p");
  line.set_unit_path("/a/");
  line.set_currency("CNY");
  line.set_fiscal_year(2026);
  line.set_mode(budget::v1::LINE_MODE_OBSERVED);
  line.set_state(budget::v1::LINE_STATE_FROZEN);
  line.mutable_balances()->set_authorised(1);
  line.mutable_balances()->set_encumbered(2);
  line.mutable_balances()->set_in_transit(3);
  line.mutable_balances()->set_paid(4);
  line.mutable_balances()->set_refunded(5);
  entry.mutable_entry()->set_operation(budget::v1::OPERATION_OBSERVED_PAY);
  entry.mutable_entry()->set_amount(6);
  entry.mutable_entry()->set_contract_id("c");
  entry.mutable_entry()->set_effective_date("2026-02-03");
  const auto posted = decoder.Decode("fiscus.budget.v1.EntryPosted", entry.SerializeAsString());
  REQUIRE(posted.ok());
  const auto& e = std::get<EntryPosted>(posted->event);
  CHECK((e.line.line_id == "l" && e.line.project_id == "p" && e.line.unit_path == "/a/"));
  CHECK((e.line.currency == "CNY" && e.line.fiscal_year == 2026 && e.line.observed));
  CHECK(e.line.status == LineStatus::kFrozen);
  CHECK((e.line.authorised == 1 && e.line.encumbered == 2 && e.line.in_transit == 3));
  CHECK((e.line.paid == 4 && e.line.refunded == 5 && e.observed_paid == 6));
  CHECK((e.contract_id == "c" && e.date == ParseDay("2026-02-03")));

  projects::v1::ContractModified modified;
  modified.mutable_contract()->set_contract_id("c");
  modified.mutable_contract()->set_project_id("p");
  modified.mutable_contract()->set_unit_path("/a/");
  modified.mutable_contract()->set_state(projects::v1::CONTRACT_STATE_EFFECTIVE);
  modified.mutable_contract()->set_current_value(7);
  modified.mutable_contract()->set_certified_value(8);
  modified.set_effective_date("2026-02-04");
  const auto contract =
      decoder.Decode("fiscus.projects.v1.ContractModified", modified.SerializeAsString());
  REQUIRE(contract.ok());
  const auto& c = std::get<ContractChanged>(contract->event);
  CHECK((c.contract_id == "c" && c.project_id == "p" && c.unit_path == "/a/"));
  CHECK((c.status == ContractStatus::kEffective && c.value == 7 && c.certified == 8));
  CHECK(c.date == ParseDay("2026-02-04"));

  payments::v1::PaymentStateChanged changed;
  payments::v1::Payment& payment = *changed.mutable_payment();
  payment.set_payment_id("pay");
  payment.set_project_id("p");
  payment.set_contract_id("c");
  payment.set_line_id("l");
  payment.set_unit_path("/a/");
  payment.mutable_amount()->set_currency("CNY");
  payment.set_kind(payments::v1::PAYMENT_KIND_ADVANCE);
  payment.set_cleared(9);
  payment.set_refunded(10);
  changed.set_effective_date("2026-02-05");
  const auto paid =
      decoder.Decode("fiscus.payments.v1.PaymentStateChanged", changed.SerializeAsString());
  REQUIRE(paid.ok());
  const auto& p = std::get<PaymentChanged>(paid->event);
  CHECK((p.payment_id == "pay" && p.project_id == "p" && p.contract_id == "c"));
  CHECK((p.line_id == "l" && p.unit_path == "/a/" && p.currency == "CNY" && p.advance));
  CHECK((p.cleared == 9 && p.refunded == 10 && p.date == ParseDay("2026-02-05")));
}

TEST_CASE("an event is refused when its ids cannot be keys", "[monitor][codec]") {
  EventDecoder decoder;
  budget::v1::EntryPosted event;
  const auto decode = [&] {
    return decoder.Decode("fiscus.budget.v1.EntryPosted", event.SerializeAsString()).ok();
  };
  CHECK_FALSE(decode());
  event.mutable_line()->set_line_id("line-1");
  CHECK(decode());
  event.mutable_line()->set_project_id("with space");
  CHECK_FALSE(decode());
  event.mutable_line()->set_project_id(std::string("nul\0", 4));
  CHECK_FALSE(decode());
  event.mutable_line()->set_project_id(std::string(200, 'x'));
  CHECK_FALSE(decode());
  CHECK(EventDecoder::Knows("fiscus.alerting.v1.DayClosed"));
  CHECK_FALSE(EventDecoder::Knows("fiscus.alerting.v1.AlertStateChanged"));
  CHECK_FALSE(decoder.Decode("fiscus.alerting.v1.AlertStateChanged", "").ok());
}

}  // namespace fiscus::monitor

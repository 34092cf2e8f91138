// Bytes of the state and of the outbox: they round-trip, equal values give equal bytes, and damaged
// ones are refused.
#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "fiscus/budget/v1/events.pb.h"
#include "services/monitor/codec/digest.h"
#include "services/monitor/codec/event_codec.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/codec/output_codec.h"
#include "services/monitor/codec/state_codec.h"
#include "services/monitor/codec/wire.h"

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

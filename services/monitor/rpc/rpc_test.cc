// The read service over a real Kafka and RocksDB: what is committed is what is answered, and only
// within the caller's units.
#include <catch2/catch.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fiscus/monitor/v1/monitor_service.handlers.h"
#include "libs/core/status.h"
#include "services/monitor/deps.h"
#include "services/monitor/engine/kafka_fixture.h"
#include "services/monitor/engine/test_log.h"
#include "services/monitor/rpc/reads.h"

namespace fiscus::monitor {
namespace {

using kafka_fixture::Eventually;
using kafka_fixture::kPartitions;
using kafka_fixture::OptionsIn;
using kafka_fixture::Rules;
using kafka_fixture::Settled;
using kafka_fixture::TempDir;
using kafka_fixture::Topics;

Call CallIn(const std::string& tenant, const std::vector<std::string>& units) {
  Call call;
  call.intent = "monitor.read";
  call.caller.tenant = tenant;
  call.caller.subject = "someone";
  for (const std::string& unit : units) call.caller.grants.push_back({unit, {"monitor.read"}});
  return call;
}

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return refusal.has_value() ? refusal->reason : std::string(status.message());
}

// Nine projects of two tenants in three units, played for some days. One engine for all tests of
// this file.
struct Played {
  Played() : log(21) {
    log.Play(9, 20);
    topics.Produce(log.records);
    engine = std::make_unique<Engine>(Rules(), topics.kafka(), OptionsIn(dir.path, topics));
    REQUIRE(engine->Start().ok());
    REQUIRE(Eventually([&] { return Settled({engine.get()}) && engine->HoldsAll(); }));
  }
  TestLog log;
  Topics topics;
  TempDir dir;
  std::unique_ptr<Engine> engine;
};

}  // namespace

TEST_CASE("reads answer from committed state, within the caller's units", "[monitor][rpc][kafka]") {
  NEEDS_KAFKA();
  const Played played;
  const Deps deps{*played.engine};
  const Call all = CallIn("north", {"/province/"});
  const Call unit = CallIn("north", {"/province/unit-0/"});

  SECTION("GetIndicators") {
    v1::GetIndicatorsRequest request;
    request.set_project_id(TestLog::Id(0));
    const auto indicators = GetIndicators(deps, all, request);
    REQUIRE(indicators.ok());
    CHECK(indicators->authorised() == 600'000);
    CHECK(indicators->as_of() == "2026-01-24");
    CHECK(indicators->sequence() > 0);
    CHECK(indicators->paid() == indicators->cleared());
    request.set_project_id(TestLog::Id(1));  // of the other tenant
    CHECK(ReasonOf(GetIndicators(deps, all, request).status()) == "PROJECT_NOT_MONITORED");
    request.set_project_id("line-0");
    CHECK(ReasonOf(GetIndicators(deps, all, request).status()) == "FIELD_INVALID");
    const auto units = UnitsOfProjects(deps)(all, "project", {TestLog::Id(0)});
    REQUIRE(units.ok());
    CHECK(*units == std::vector<std::string>{"/province/unit-0/"});
    CHECK_FALSE(UnitsOfProjects(deps)(all, "alert", {TestLog::Id(0)}).ok());
  }

  SECTION("ListIndicators pages through what is in scope, once each and in order") {
    const auto list = [&](const Call& call, int page_size, const std::string& under) {
      std::vector<std::string> ids;
      v1::ListIndicatorsRequest request;
      request.set_page_size(page_size);
      request.set_under_path(under);
      do {
        const auto page = ListIndicators(deps, call, request);
        INFO(page.status().ToString());
        REQUIRE(page.ok());
        for (const v1::Indicators& one : page->indicators()) ids.push_back(one.project_id());
        request.set_page_token(page->next_page_token());
      } while (!request.page_token().empty());
      return ids;
    };
    const std::vector<std::string> north = {TestLog::Id(0), TestLog::Id(2), TestLog::Id(4),
                                            TestLog::Id(6), TestLog::Id(8)};
    CHECK(list(all, 0, "") == north);
    CHECK(list(all, 1, "") == north);
    CHECK(list(all, 2, "") == north);
    CHECK(list(unit, 2, "") == std::vector<std::string>{TestLog::Id(0), TestLog::Id(6)});
    CHECK(list(all, 2, "/province/unit-0/") ==
          std::vector<std::string>{TestLog::Id(0), TestLog::Id(6)});
    CHECK(list(unit, 2, "/province/unit-1/").empty());
    CHECK(list(CallIn("north", {}), 2, "").empty());
    CHECK(list(CallIn("nobody", {"/"}), 2, "").empty());
    v1::ListIndicatorsRequest bad;
    bad.set_page_token("nonsense");
    CHECK(ReasonOf(ListIndicators(deps, all, bad).status()) == "PAGE_TOKEN_INVALID");
    bad.clear_page_token();
    bad.set_under_path("province");
    CHECK(ReasonOf(ListIndicators(deps, all, bad).status()) == "FIELD_INVALID");
  }

  SECTION("GetTotals is the sum of the indicators, by unit and in all") {
    const auto totals = GetTotals(deps, all, {});
    REQUIRE(totals.ok());
    REQUIRE(totals->in_all_size() == 1);
    const v1::UnitTotal& sum = totals->in_all(0);
    CHECK(sum.projects() == 5);
    CHECK(sum.authorised() == 5 * 600'000);
    CHECK(sum.paid() == sum.cleared());
    CHECK(totals->by_unit_size() == 3);
    int64_t paid = 0, projects = 0;
    for (const v1::UnitTotal& row : totals->by_unit()) {
      paid += row.paid();
      projects += row.projects();
    }
    CHECK(paid == sum.paid());
    CHECK(projects == sum.projects());
    const auto own = GetTotals(deps, unit, {});
    REQUIRE(own.ok());
    REQUIRE(own->by_unit_size() == 1);
    CHECK(own->by_unit(0).unit_path() == "/province/unit-0/");
    CHECK(own->in_all(0).projects() == 2);
    CHECK(GetTotals(deps, CallIn("north", {}), {})->by_unit().empty());
  }

  SECTION("ListRules and GetProgress") {
    const auto listed = ListRules(deps, all, {});
    REQUIRE(listed.ok());
    CHECK(listed->rules_size() == 13);
    CHECK(listed->rules(0).rule_id() == "R01");
    CHECK_THAT(listed->rules(0).source(), Catch::Contains("example"));
    const auto progress = GetProgress(deps, all, {});
    REQUIRE(progress.ok());
    REQUIRE(progress->partitions_size() == kPartitions);
    for (const v1::PartitionProgress& one : progress->partitions()) {
      CHECK(one.next_offset() == one.log_end());
      CHECK(one.halted().empty());
    }
  }
}

TEST_CASE("an instance that does not hold all partitions says so", "[monitor][rpc][kafka]") {
  NEEDS_KAFKA();
  const Topics topics;
  const TempDir dir;
  const Engine idle(Rules(), topics.kafka(),
                    OptionsIn(dir.path, topics));  // never started: holds nothing
  const Deps deps{idle};
  const Call all = CallIn("north", {"/"});
  v1::GetIndicatorsRequest request;
  request.set_project_id(TestLog::Id(0));
  CHECK(ReasonOf(GetIndicators(deps, all, request).status()) == "PARTITIONS_ELSEWHERE");
  CHECK(ReasonOf(ListIndicators(deps, all, {}).status()) == "PARTITIONS_ELSEWHERE");
  CHECK(ReasonOf(GetTotals(deps, all, {}).status()) == "PARTITIONS_ELSEWHERE");
  CHECK(GetProgress(deps, all, {})->partitions().empty());
}

}  // namespace fiscus::monitor

// Rules that change: what a reader of the outputs sees of it (see codec/output_codec.h).
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/monitor/engine/engine_fixture.h"

namespace fiscus::monitor {
namespace {

namespace fs = std::filesystem;
using engine_fixture::Rules;
using engine_fixture::RulesWithout;
using engine_fixture::Seen;
using engine_fixture::Story;
using engine_fixture::World;

// Takes a topic as libs/events' consumer does: per aggregate in order, repeats and what bears a
// known id dropped. Returns what had an effect.
std::vector<v1::Warning> Taken(const std::vector<Output>& topic) {
  std::map<std::string, int64_t> sequences;
  std::set<std::string> ids;
  std::vector<v1::Warning> taken;
  for (const Output& output : topic) {
    int64_t& last = sequences[output.tenant + output.aggregate];
    REQUIRE(output.sequence <= last + 1);
    if (output.sequence <= last) continue;
    last = output.sequence;
    if (!ids.insert(output.id).second) continue;
    v1::WarningChanged event;
    REQUIRE(event.ParseFromString(output.value));
    taken.push_back(event.warning());
  }
  return taken;
}

std::map<std::string, v1::Severity> Open(const std::vector<v1::Warning>& warnings) {
  std::map<std::string, v1::Severity> open;
  for (const v1::Warning& warning : warnings) open[warning.fingerprint()] = warning.severity();
  return open;
}

}  // namespace

TEST_CASE("after a rebuild under other rules a reader misses nothing and takes nothing twice",
          "[monitor][engine][epoch]") {
  World reference(Story());
  REQUIRE(reference.Run().ok());
  const RuleSet fewer = RulesWithout("R12");
  World world(Story());
  world.rules = &fewer;
  REQUIRE(world.Run().ok());
  const size_t before = Taken(world.transport.outputs[2]).size();
  const auto rebuild = [&] {
    fs::remove_all(world.options.directory);
    world.transport.changelog.clear();
    REQUIRE(world.Run().ok());
    return Taken(world.transport.outputs[2]);
  };
  world.rules = &Rules();
  const std::vector<v1::Warning> after = rebuild();
  REQUIRE(after.size() > before);
  for (size_t i = before; i < after.size(); ++i) CHECK(after[i].rule_id() == "R12");
  CHECK(Open(after) == Open(Taken(reference.transport.outputs[2])));
  // The same rules once more: the same bytes.
  CHECK(rebuild().size() == after.size());
  for (const int topic : {1, 2}) Seen(world.transport.outputs[topic]);
}

TEST_CASE("rules that change in between begin another epoch, however often they change",
          "[monitor][engine][epoch]") {
  const RuleSet fewer = RulesWithout("R12");
  const std::vector<LogRecord> all = Story();
  std::vector<LogRecord> log;
  World world(log);
  std::set<std::string> aggregates;
  for (int part = 1; part <= 4; ++part) {
    log.assign(all.begin(), all.begin() + static_cast<ptrdiff_t>(all.size()) * part / 4);
    world.rules = part % 2 == 0 ? &fewer : &Rules();
    if (part == 3) fs::remove_all(world.options.directory);  // the epoch is in the changelog too
    REQUIRE(world.Run().ok());
    REQUIRE(world.Run().ok());  // a restart under the same rules goes on
  }
  for (const Output& output : world.transport.outputs[1]) {
    if (output.key == TestLog::Id(0)) aggregates.insert(output.aggregate);
  }
  CHECK(aggregates.size() == 4);
  for (const int topic : {1, 2}) Seen(world.transport.outputs[topic]);
}

}  // namespace fiscus::monitor

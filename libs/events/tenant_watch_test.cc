// Every tenant of a topic is named, also after an error and a restart.
#include "libs/events/tenant_watch.h"

#include <catch2/catch.hpp>
#include <map>
#include <mutex>

#include "libs/events/events_fixture.h"

namespace fiscus::events {
namespace {

TEST_CASE("Each tenant of a topic is named, again after an error, and what is new after a restart",
          "[pg][kafka]") {
  NEEDS_SERVERS();
  const std::string topic = MakeTopic(2);
  std::mutex mutex;
  std::map<std::string, int> named;
  bool broken = true;
  const auto times = [&](const std::string& tenant) {
    const std::lock_guard lock(mutex);
    return named[tenant];
  };
  const auto watch = [&] {
    auto made = std::make_unique<TenantWatch>(KafkaConfig(topic), topic, topic,
                                              [&](const std::string& tenant) -> absl::Status {
                                                const std::lock_guard lock(mutex);
                                                if (tenant == "t2" && std::exchange(broken, false))
                                                  return absl::UnavailableError("on purpose");
                                                ++named[tenant];
                                                return absl::OkStatus();
                                              });
    made->Start();
    return made;
  };
  for (int i = 1; i <= 20; ++i) Put(topic, i % 2, {.aggregate = "a/1", .sequence = i});
  Put(topic, 0, {.aggregate = "b/1", .sequence = 1, .tenant = "t2"});
  auto watching = watch();
  CHECK(Eventually([&] { return times("t1") == 1 && times("t2") == 1; }));
  watching.reset();
  Put(topic, 1, {.aggregate = "c/1", .sequence = 1, .tenant = "t3"});
  watching = watch();
  CHECK(Eventually([&] { return times("t3") == 1; }));
  CHECK(times("t2") == 1);  // the group remembers what was read
}

}  // namespace
}  // namespace fiscus::events

#include "services/identity/domain/access.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "libs/core/status.h"
#include "services/identity/domain/duties.h"

namespace fiscus::identity {
namespace {

RoleTable Roles() {
  RoleTable roles;
  roles["operator"] = {
      .name = "operator", .intents = {"payments.read", "payments.submit"}, .built_in = true};
  roles["reader"] = {.name = "reader", .intents = {"payments.read"}};
  roles["people"] = {.name = "people", .intents = {std::string(kManageUsers)}};
  roles["admin"] = {.name = "admin",
                    .intents = {std::string(kManageUsers), std::string(kManageRoles)}};
  return roles;
}

std::string ReasonOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return status.ok() ? "OK" : refusal.has_value() ? refusal->reason : "NO REASON";
}

struct GrantingRow {
  std::string name;
  std::vector<Grant> caller;
  std::string subject;
  std::vector<Grant> before;
  std::vector<Grant> after;
  std::string expect;
};

TEST_CASE("An intent held above is not repeated below", "[identity][domain]") {
  const EffectiveGrants effective = Effective(
      {{"reader", "/a/"}, {"operator", "/a/b/"}, {"operator", "/c/"}, {"gone", "/a/"}}, Roles());
  CHECK(effective == EffectiveGrants{{"/a/", {"payments.read"}},
                                     {"/a/b/", {"payments.submit"}},
                                     {"/c/", {"payments.read", "payments.submit"}}});
}

TEST_CASE("Scope is a prefix of whole path parts", "[identity][domain]") {
  const EffectiveGrants held = {{"/a/b/", {"payments.read"}}};
  CHECK(Holds(held, "payments.read", "/a/b/"));
  CHECK(Holds(held, "payments.read", "/a/b/c/"));
  CHECK_FALSE(Holds(held, "payments.read", "/a/"));
  CHECK_FALSE(Holds(held, "payments.read", "/a/bc/"));
  CHECK_FALSE(Holds(held, "payments.read", "/a/c/"));
  CHECK_FALSE(Holds(held, "payments.submit", "/a/b/"));
}

TEST_CASE("Compaction never changes what is held", "[identity][domain]") {
  const std::vector<std::string> paths = {"/a/", "/a/b/", "/a/b/c/", "/a/bc/", "/d/"};
  const std::vector<std::string> names = {"operator", "reader", "people"};
  const RoleTable roles = Roles();
  // All 2^9 sets of grants over three of the paths.
  for (int mask = 0; mask < 512; ++mask) {
    std::vector<Grant> grants;
    EffectiveGrants plain;
    for (int bit = 0; bit < 9; ++bit) {
      if ((mask >> bit & 1) == 0) continue;
      grants.push_back({names[bit % 3], paths[bit / 3]});
      const auto& intents = roles.at(names[bit % 3]).intents;
      plain[paths[bit / 3]].insert(intents.begin(), intents.end());
    }
    const EffectiveGrants least = Effective(grants, roles);
    for (const std::string& path : paths) {
      for (const char* intent : {"payments.read", "payments.submit", "identity.users.manage"}) {
        REQUIRE(Holds(least, intent, path) == Holds(plain, intent, path));
      }
    }
  }
}

TEST_CASE("Nobody grants more than he may", "[identity][domain]") {
  const std::vector<Grant> admin = {{"admin", "/a/"}};
  const auto row = GENERATE_COPY(values<GrantingRow>({
      {"an administrator appoints what he is not", admin, "u2", {}, {{"operator", "/a/b/"}}, "OK"},
      {"unknown role", admin, "u2", {}, {{"nothing", "/a/"}}, "ROLE_NOT_FOUND"},
      {"unknown role comes before unknown unit",
       admin,
       "u2",
       {},
       {{"nothing", "/x/"}},
       "ROLE_NOT_FOUND"},
      {"unknown unit", admin, "u2", {}, {{"operator", "/x/"}}, "UNIT_NOT_FOUND"},
      {"a unit above his own",
       {{"admin", "/a/b/"}},
       "u2",
       {},
       {{"operator", "/a/"}},
       "GRANT_EXCEEDS_CALLER"},
      {"a sibling unit",
       {{"admin", "/a/b/"}},
       "u2",
       {},
       {{"operator", "/a/c/"}},
       "GRANT_EXCEEDS_CALLER"},
      {"takes away above his own",
       {{"admin", "/a/b/"}},
       "u2",
       {{"operator", "/a/"}},
       {},
       "GRANT_EXCEEDS_CALLER"},
      {"keeps what is above his own",
       {{"admin", "/a/b/"}},
       "u2",
       {{"operator", "/a/"}},
       {{"operator", "/a/"}, {"reader", "/a/b/"}},
       "OK"},
      {"manages users but holds less",
       {{"people", "/a/"}, {"reader", "/a/"}},
       "u2",
       {},
       {{"operator", "/a/"}},
       "GRANT_EXCEEDS_CALLER"},
      {"manages users and holds as much",
       {{"people", "/a/"}, {"operator", "/a/"}},
       "u2",
       {},
       {{"reader", "/a/b/"}},
       "OK"},
      {"may define roles only elsewhere",
       {{"people", "/a/"}, {"admin", "/a/c/"}},
       "u2",
       {},
       {{"operator", "/a/b/"}},
       "GRANT_EXCEEDS_CALLER"},
      {"adds to his own",
       admin,
       "u1",
       admin,
       {{"admin", "/a/"}, {"operator", "/a/"}},
       "GRANT_EXCEEDS_CALLER"},
      {"takes from his own", admin, "u1", {{"admin", "/a/"}, {"reader", "/a/"}}, admin, "OK"},
      {"no right at all", {}, "u2", {}, {{"reader", "/a/"}}, "GRANT_EXCEEDS_CALLER"},
  }));
  INFO(row.name);
  const Granting granting = {.caller_id = "u1",
                             .caller = Effective(row.caller, Roles()),
                             .subject_id = row.subject,
                             .before = row.before,
                             .after = row.after,
                             .units = {"/a/", "/a/b/", "/a/c/"}};
  CHECK(ReasonOf(CheckGranting(granting, Roles())) == row.expect);
}

TEST_CASE("Grants are bounded in number and in bytes", "[identity][domain]") {
  RoleTable roles = Roles();
  Granting granting = {.caller_id = "u1",
                       .caller = {{"/a/", {"identity.users.manage", "identity.roles.manage"}}},
                       .subject_id = "u2"};
  for (size_t i = 0; i < kGrantsMax; ++i) {
    const std::string path = "/a/u" + std::to_string(i) + "/";
    granting.units.insert(path);
    granting.after.push_back({"reader", path});
  }
  CHECK(ReasonOf(CheckGranting(granting, roles)) == "OK");
  granting.units.insert("/a/more/");
  granting.after.push_back({"reader", "/a/more/"});
  CHECK(ReasonOf(CheckGranting(granting, roles)) == "FIELD_INVALID");

  granting.after.pop_back();
  for (int i = 0; i < 20; ++i)
    roles["reader"].intents.insert("service.verb_of_some_length_" + std::to_string(i));
  CHECK(ReasonOf(CheckGranting(granting, roles)) == "FIELD_INVALID");
}

TEST_CASE("A role is defined only from declared intents and never for oneself",
          "[identity][domain]") {
  const std::set<std::string> declared = {"payments.read", "payments.submit"};
  const Role wide = {.name = "reader", .intents = {"payments.read", "payments.submit"}};
  CHECK(ReasonOf(CheckRole(wide, Roles(), declared, {})) == "OK");
  CHECK(ReasonOf(CheckRole({.name = "operator", .intents = {}}, Roles(), declared, {})) ==
        "ROLE_BUILT_IN");
  CHECK(ReasonOf(CheckRole({.name = "operator", .intents = {"x"}}, Roles(), declared, {})) ==
        "ROLE_BUILT_IN");
  CHECK(ReasonOf(CheckRole({.name = "mine", .intents = {"payments.fly"}}, Roles(), declared, {})) ==
        "UNKNOWN_INTENT");
  CHECK(ReasonOf(CheckRole(wide, Roles(), declared, {"reader"})) == "GRANT_EXCEEDS_CALLER");
  CHECK(ReasonOf(CheckRole({.name = "reader", .intents = {}}, Roles(), declared, {"reader"})) ==
        "OK");
}

TEST_CASE("Role names have one form", "[identity][domain]") {
  for (const char* good : {"ab", "unit_operator", "r2_d2"}) CHECK(IsRoleName(good));
  for (const char* bad : {"", "a", "Abc", "2ab", "_ab", "a-b", "a b"}) CHECK_FALSE(IsRoleName(bad));
  CHECK(IsRoleName("a" + std::string(39, 'b')));
  CHECK_FALSE(IsRoleName("a" + std::string(40, 'b')));
}

TEST_CASE("A role holds no two incompatible duties", "[identity][domain]") {
  std::set<std::string> declared;
  for (const std::set<std::string>& row : IncompatibleDuties())
    declared.insert(row.begin(), row.end());
  for (const std::set<std::string>& row : IncompatibleDuties()) {
    for (const std::string& first : row) {
      CHECK(ReasonOf(CheckRole({.name = "one", .intents = {first}}, {}, declared, {})) == "OK");
      for (const std::string& second : row) {
        if (first == second) continue;
        const absl::Status status =
            CheckRole({.name = "both", .intents = {first, second}}, {}, declared, {"both"});
        REQUIRE(ReasonOf(status) == "INCOMPATIBLE_DUTIES");
        CHECK(RefusalOf(status)->figures.at("intent") == std::min(first, second));
        CHECK(RefusalOf(status)->figures.at("other_intent") == std::max(first, second));
      }
    }
  }
}

}  // namespace
}  // namespace fiscus::identity

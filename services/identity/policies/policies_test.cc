// The built-in roles against the protos: every declared intent is in somebody's hands, none is
// invented, and no hand both makes and approves.
#include "services/identity/policies/policies.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "fiscus/identity/v1/identity.pb.h"
#include "services/identity/domain/duties.h"
#include "services/identity/domain/reasons.h"

namespace fiscus::identity {
namespace {

TEST_CASE("The intents linked in are those of the proto files", "[identity][policies]") {
  std::set<std::string> written;
  const std::regex intent("intent: *\"([a-z_.]+)\"");
  for (const auto& entry : std::filesystem::recursive_directory_iterator("proto/fiscus")) {
    const std::string name = entry.path().filename().string();
    if (name.find("_service.proto") == std::string::npos &&
        name.find("_adapter.proto") == std::string::npos)
      continue;
    std::ifstream stream(entry.path());
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    for (std::sregex_iterator match(text.begin(), text.end(), intent), end; match != end; ++match)
      written.insert((*match)[1]);
  }
  CHECK(DeclaredIntents() == written);
  CHECK(written.size() > 40);
}

TEST_CASE("Every declared intent is held by some role or service, and only declared ones",
          "[identity][policies]") {
  const auto policies = LoadPolicies();
  INFO(policies.status());
  REQUIRE(policies.ok());  // an undeclared intent is an error of LoadPolicies
  std::set<std::string> held;
  for (const auto& [name, role] : policies->roles) {
    held.insert(role.intents.begin(), role.intents.end());
    CHECK(IsRoleName(name));
    CHECK(role.built_in);
    CHECK_FALSE(role.description.empty());
  }
  for (const auto& [name, intents] : policies->services)
    held.insert(intents.begin(), intents.end());
  CHECK(held == policies->declared_intents);
}

TEST_CASE("No built-in role holds two incompatible duties", "[identity][policies]") {
  const Policies policies = LoadPolicies().value();
  for (const auto& [name, role] : policies.roles) {
    for (const std::set<std::string>& row : IncompatibleDuties()) {
      std::vector<std::string> both;
      for (const std::string& intent : row) {
        CHECK(policies.declared_intents.contains(intent));
        if (role.intents.contains(intent)) both.push_back(intent);
      }
      INFO(name);
      CHECK(both.size() <= 1);
    }
  }
}

TEST_CASE("An auditor changes nothing and an administrator touches no money",
          "[identity][policies]") {
  const Policies policies = LoadPolicies().value();
  for (const std::string& intent : policies.roles.at("auditor").intents) {
    INFO(intent);
    CHECK((intent.ends_with(".read") || intent == "budget.verify"));
  }
  for (const std::string& intent : policies.roles.at("tenant_admin").intents)
    CHECK(intent.starts_with("identity."));
  // Everything of identity is in the administrator's hands: nobody else could hand it on.
  for (const std::string& intent : policies.declared_intents) {
    if (intent.starts_with("identity."))
      CHECK(policies.roles.at("tenant_admin").intents.contains(intent));
  }
}

TEST_CASE("Services hold little: nobody's approvals, and only payments reserves",
          "[identity][policies]") {
  const Policies policies = LoadPolicies().value();
  for (const auto& [service, intents] : policies.services) {
    for (const std::string& intent : intents) {
      INFO(service + " " + intent);
      const bool may_write =
          intent == "budget.reserve" || intent == "budget.encumber" || intent == "payments.bank";
      CHECK((intent.ends_with(".read") || may_write));
      if (intent == "budget.reserve") CHECK(service == "payments");
      if (intent == "budget.encumber") CHECK(service == "projects");
      if (intent == "payments.bank") CHECK(service == "bank");
    }
  }
}

TEST_CASE("The largest role fits a token many times", "[identity][policies]") {
  const Policies policies = LoadPolicies().value();
  for (const auto& [name, role] : policies.roles) {
    CHECK(TokenBytes(Effective({{name, "/330000/"}}, policies.roles)) * 4 < kTokenGrantBytesMax);
  }
}

TEST_CASE("The pure core's reasons are those of the proto", "[identity][policies]") {
  const std::set<std::string> ours = {
      std::string(reason::kInvalidCredentials), std::string(reason::kAccountLocked),
      std::string(reason::kUserDisabled),       std::string(reason::kInvalidRefreshToken),
      std::string(reason::kWeakPassword),       std::string(reason::kTenantExists),
      std::string(reason::kParentNotFound),     std::string(reason::kUnitCodeTaken),
      std::string(reason::kUsernameTaken),      std::string(reason::kRoleNotFound),
      std::string(reason::kUnitNotFound),       std::string(reason::kUserNotFound),
      std::string(reason::kGrantExceedsCaller), std::string(reason::kUnknownIntent),
      std::string(reason::kRoleBuiltIn),        std::string(reason::kIncompatibleDuties),
      std::string(reason::kOwnPassword),        std::string(reason::kTenantNotFound),
      std::string(reason::kTenantDisabled)};
  std::set<std::string> theirs;
  const auto* reasons = v1::IdentityReason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) theirs.insert(reasons->value(i)->name());
  CHECK(ours == theirs);
}

}  // namespace
}  // namespace fiscus::identity

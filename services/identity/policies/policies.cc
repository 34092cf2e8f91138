#include "services/identity/policies/policies.h"

#include <google/protobuf/text_format.h>

#include "libs/core/status.h"
#include "services/identity/policies/embedded.h"
#include "services/identity/policies/policy.pb.h"

namespace fiscus::identity {
namespace {

template <class Message>
absl::StatusOr<Message> Parse(const EmbeddedPolicy& file) {
  Message message;
  if (google::protobuf::TextFormat::ParseFromString(file.text, &message)) return message;
  return absl::InvalidArgumentError(std::string("policies/") + file.kind + "/" + file.name +
                                    ".textproto is malformed");
}

// The intents of a file as a set, each checked.
template <class Repeated>
absl::StatusOr<std::set<std::string>> CheckedIntents(const EmbeddedPolicy& file,
                                                     const Repeated& listed,
                                                     const std::set<std::string>& declared) {
  std::set<std::string> intents;
  for (const std::string& intent : listed) {
    const char* fault = !declared.contains(intent)       ? " is declared by no RPC"
                        : !intents.insert(intent).second ? " stands twice"
                                                         : nullptr;
    if (fault != nullptr)
      return absl::InvalidArgumentError(std::string("policy ") + file.name + ": " + intent + fault);
  }
  return intents;
}

absl::Status CheckName(const EmbeddedPolicy& file, const std::string& name) {
  if (name == file.name) return absl::OkStatus();
  return absl::InvalidArgumentError(std::string("policy file ") + file.name + " names " + name);
}

}  // namespace

absl::StatusOr<Policies> LoadPolicies() {
  Policies policies;
  policies.declared_intents = DeclaredIntents();
  for (const EmbeddedPolicy& file : kEmbeddedPolicies) {
    if (std::string_view(file.kind) == "roles") {
      ASSIGN_OR_RETURN(const policy::RolePolicy role, Parse<policy::RolePolicy>(file));
      RETURN_IF_ERROR(CheckName(file, role.name()));
      ASSIGN_OR_RETURN(std::set<std::string> intents,
                       CheckedIntents(file, role.intent(), policies.declared_intents));
      policies.roles[role.name()] = {.name = role.name(),
                                     .description = role.description(),
                                     .intents = std::move(intents),
                                     .built_in = true};
    } else {
      ASSIGN_OR_RETURN(const policy::ServicePolicy service, Parse<policy::ServicePolicy>(file));
      RETURN_IF_ERROR(CheckName(file, service.service()));
      ASSIGN_OR_RETURN(policies.services[service.service()],
                       CheckedIntents(file, service.intent(), policies.declared_intents));
    }
  }
  return policies;
}

}  // namespace fiscus::identity

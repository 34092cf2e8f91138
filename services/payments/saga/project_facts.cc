#include "services/payments/saga/project_facts.h"

#include <set>

#include "libs/core/status.h"
#include "services/payments/codec/payment_codec.h"

namespace fiscus::payments {
namespace {

namespace projectspb = projects::v1;

absl::StatusOr<Facts> FactsOf(const FactsKey& key, const std::string& unit_path,
                              const projectspb::PaymentContext& context) {
  Facts facts;
  const std::string& reason = context.status().reason();
  if (context.status().code() != 0 && reason != "PROJECT_NOT_FOUND" &&
      reason != "CONTRACT_NOT_FOUND") {
    return absl::UnavailableError("projects: " + context.status().message());
  }
  if (context.has_project() && !context.project().project_id().empty()) {
    facts.project = FactsFrom(context.project());
  } else if (reason == "CONTRACT_NOT_FOUND") {
    // The project is there; its facts do not matter, because the missing contract refuses the
    // payment before they are looked at.
    facts.project = ProjectFacts{.project_id = key.first, .unit_path = unit_path};
  }
  if (context.status().code() == 0 && !key.second.empty() && context.has_contract()) {
    facts.contract = FactsFrom(context.contract());
  }
  return facts;
}

absl::StatusOr<std::vector<Facts>> FetchKeys(ProjectsClient& projects, const Call& call,
                                             const std::vector<FactsKey>& keys,
                                             const std::vector<std::string>& unit_paths) {
  projectspb::BatchGetPaymentContextRequest request;
  for (const FactsKey& key : keys) {
    projectspb::PaymentContextKey* out = request.add_keys();
    out->set_project_id(key.first);
    out->set_contract_id(key.second);
  }
  const auto response = projects.BatchGetPaymentContext(call, request);
  RETURN_IF_ERROR(response.status());
  if (response->contexts_size() != static_cast<int>(keys.size())) {
    return absl::UnavailableError("projects answered another number of contexts than asked for");
  }
  std::vector<Facts> facts(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    ASSIGN_OR_RETURN(facts[i],
                     FactsOf(keys[i], unit_paths[i], response->contexts(static_cast<int>(i))));
  }
  return facts;
}

}  // namespace

FactsKey KeyOf(const Request& request) { return {request.project_id, request.contract_id}; }

absl::StatusOr<FactsByKey> FetchFacts(ProjectsClient& projects, const Call& call,
                                      const std::vector<const Request*>& requests) {
  std::vector<FactsKey> keys;
  std::vector<std::string> unit_paths;
  std::set<FactsKey> seen;
  for (const Request* request : requests) {
    if (!seen.insert(KeyOf(*request)).second) continue;
    keys.push_back(KeyOf(*request));
    unit_paths.push_back(request->unit_path);
  }
  FactsByKey by_key;
  if (keys.empty()) return by_key;
  ASSIGN_OR_RETURN(std::vector<Facts> facts, FetchKeys(projects, call, keys, unit_paths));
  for (size_t i = 0; i < keys.size(); ++i) by_key[keys[i]] = std::move(facts[i]);
  return by_key;
}

}  // namespace fiscus::payments

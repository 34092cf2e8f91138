// What projects knows about the projects and contracts of requests; fetched before any transaction.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/runtime/call.h"
#include "services/payments/clients/clients.h"
#include "services/payments/domain/submission.h"

namespace fiscus::payments {

// Project id and contract id (empty: none).
using FactsKey = std::pair<std::string, std::string>;

struct Facts {
  std::optional<ProjectFacts> project;
  std::optional<ContractFacts> contract;
};

using FactsByKey = std::map<FactsKey, Facts>;

FactsKey KeyOf(const Request& request);

// Facts by key, for every request. One call; what projects does not know is empty.
absl::StatusOr<FactsByKey> FetchFacts(ProjectsClient& projects, const Call& call,
                                      const std::vector<const Request*>& requests);

}  // namespace fiscus::payments

#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/ids.h"
#include "libs/core/status.h"
#include "libs/rpc/parse.h"
#include "libs/rpc/status_codec.h"
#include "services/projects/codec/convert.h"
#include "services/projects/deps.h"
#include "services/projects/domain/reason.h"
#include "services/projects/store/contract_store.h"
#include "services/projects/store/project_store.h"

namespace fiscus::projects {
namespace {

constexpr int kKeysMax = 1000;
constexpr char kDomain[] = "fiscus.projects.v1";

using Contracts = std::map<std::string, Contract>;

v1::PaymentContext ContextOf(const v1::PaymentContextKey& key, const ProjectFiles& projects,
                             const Contracts& contracts) {
  v1::PaymentContext context;
  const auto project = projects.find(key.project_id());
  if (project == projects.end()) {
    *context.mutable_status() =
        rpc::ToItem(Refused(Reason::kProjectNotFound, "there is no such project",
                            {{"project_id", key.project_id()}}),
                    kDomain);
    return context;
  }
  *context.mutable_project() = ToProto(project->second.project);
  if (key.contract_id().empty()) return context;
  const auto contract = contracts.find(key.contract_id());
  if (contract == contracts.end()) {
    *context.mutable_status() =
        rpc::ToItem(Refused(Reason::kContractNotFound, "there is no such contract",
                            {{"contract_id", key.contract_id()}}),
                    kDomain);
    return context;
  }
  *context.mutable_contract() = ToProto(contract->second);
  return context;
}

}  // namespace

absl::StatusOr<v1::BatchGetPaymentContextResponse> BatchGetPaymentContext(
    const Deps& deps, const Call& call, const v1::BatchGetPaymentContextRequest& request) {
  rpc::Fields fields;
  fields.BatchSize("keys", request.keys_size(), kKeysMax);
  for (const v1::PaymentContextKey& key : request.keys()) {
    fields.Uuid("keys.project_id", key.project_id());
    fields.OptionalUuid("keys.contract_id", key.contract_id());
  }
  RETURN_IF_ERROR(fields.status());
  std::set<std::string> project_ids;
  std::set<std::string> contract_ids;
  for (const v1::PaymentContextKey& key : request.keys()) {
    project_ids.insert(key.project_id());
    if (!key.contract_id().empty()) contract_ids.insert(key.contract_id());
  }
  v1::BatchGetPaymentContextResponse response;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        response.Clear();  // a read may be repeated
        ASSIGN_OR_RETURN(
            const ProjectFiles projects,
            LoadProjects(tx, {project_ids.begin(), project_ids.end()}, Depth::kProject));
        ASSIGN_OR_RETURN(const Contracts contracts,
                         LoadContracts(tx, {contract_ids.begin(), contract_ids.end()}));
        for (const v1::PaymentContextKey& key : request.keys()) {
          *response.add_contexts() = ContextOf(key, projects, contracts);
        }
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace fiscus::projects

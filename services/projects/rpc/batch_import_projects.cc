#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/rpc/status_codec.h"
#include "services/projects/codec/parse.h"
#include "services/projects/rpc/import_batch.h"
#include "services/projects/rpc/write.h"

namespace fiscus::projects {
namespace {

constexpr int kProjectsMax = 1000;
constexpr char kDomain[] = "fiscus.projects.v1";

// The report's content: all but its request id.
std::string DigestOf(const v1::ImportedProject& imported) {
  v1::ImportedProject content = imported;
  content.clear_request_id();
  return Sha256(content.SerializeAsString());
}

absl::StatusOr<v1::BatchImportProjectsResponse> ImportNow(
    pg::Tx& tx, const Call& call, const std::vector<ImportEntry>& entries,
    const v1::BatchImportProjectsRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<ImportOutcome> outcomes, ImportBatch(tx, call).Run(entries));
  v1::BatchImportProjectsResponse response;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    v1::ImportProjectResult* result = response.add_results();
    if (!outcomes[i].status.ok())
      *result->mutable_status() = rpc::ToItem(outcomes[i].status, kDomain);
    result->set_replayed(outcomes[i].replayed);
    result->set_project_id(request.projects(static_cast<int>(i)).project().project_id());
  }
  tx.AuditSubject("imports/" + call.request_id, "", call.request_digest);
  return response;
}

}  // namespace

absl::StatusOr<v1::BatchImportProjectsResponse> BatchImportProjects(
    const Deps& deps, const Call& call, const v1::BatchImportProjectsRequest& request) {
  rpc::Fields fields;
  fields.BatchSize("projects", request.projects_size(), kProjectsMax);
  RETURN_IF_ERROR(fields.status());
  std::vector<ImportEntry> entries;
  for (const v1::ImportedProject& imported : request.projects()) {
    entries.push_back({.request_id = imported.request_id(),
                       .digest = DigestOf(imported),
                       .report = ParseReport(imported, AuthorOf(call))});
  }
  return Write<v1::BatchImportProjectsResponse>(
      deps, call, request.validate_only(),
      [&](pg::Tx& tx) { return ImportNow(tx, call, entries, request); });
}

}  // namespace fiscus::projects

#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "services/identity/deps.h"
#include "services/identity/store/sessions.h"
#include "services/identity/store/signing_keys.h"

namespace fiscus::identity {
namespace {

// Revocations of one answer, count: about 1 MiB. Verifiers come back for the rest.
constexpr int kPortion = 10'000;

}  // namespace

absl::StatusOr<v1::ListRevocationsResponse> ListRevocations(
    const Deps& deps, const Call& call, const v1::ListRevocationsRequest& request) {
  if (request.after_cursor() < 0)
    return InvalidFields({{.field = "after_cursor", .description = "must not be negative"}});
  v1::ListRevocationsResponse response;
  RETURN_IF_ERROR(deps.database.Read(kInstallation, call.deadline, [&](pg::Tx& tx) -> absl::Status {
    response.Clear();
    response.set_next_cursor(request.after_cursor());
    ASSIGN_OR_RETURN(const std::vector<RevocationRow> rows,
                     ListRevocationsAfter(tx, request.after_cursor(), call.now, kPortion));
    for (const RevocationRow& row : rows) {
      v1::Revocation& revocation = *response.add_revocations();
      revocation.set_tenant(row.tenant);
      revocation.set_subject(row.subject);
      revocation.set_session(row.of_session);
      revocation.set_not_before_ms(row.not_before_ms);
      response.set_next_cursor(row.cursor);
    }
    return absl::OkStatus();
  }));
  return response;
}

}  // namespace fiscus::identity

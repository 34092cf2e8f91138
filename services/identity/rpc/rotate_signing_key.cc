#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/operator.h"

namespace fiscus::identity {

absl::StatusOr<v1::RotateSigningKeyResponse> RotateSigningKey(
    const Deps& deps, const Call& call, const v1::RotateSigningKeyRequest& request) {
  ASSIGN_OR_RETURN(const Call acting,
                   AsOperator(deps, call, request.operator_secret(), kInstallation));
  return pg::Transact<v1::RotateSigningKeyResponse>(
      deps.database, acting, [&](pg::Tx& tx) -> absl::StatusOr<v1::RotateSigningKeyResponse> {
        ASSIGN_OR_RETURN(const KeyTimes key, deps.keys.Rotate(tx));
        tx.AuditSubject("signing-keys/" + key.kid, "", FormatTimestamp(key.signs_from));
        tx.OnCommit(deps.keys_or_revocations_changed);
        v1::RotateSigningKeyResponse response;
        response.set_kid(key.kid);
        response.set_signs_from(FormatTimestamp(key.signs_from));
        return response;
      });
}

}  // namespace fiscus::identity

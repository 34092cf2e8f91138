#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "libs/runtime/log.h"
#include "services/identity/deps.h"
#include "services/identity/domain/names.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/operator.h"
#include "services/identity/rpc/sessions.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {
namespace {

absl::StatusOr<v1::SetTenantDisabledResponse> Set(const Deps& deps, pg::Tx& tx, bool disabled,
                                                  absl::Time now) {
  // Before anything is read: a login in flight commits first and is found, or comes after and is
  // refused.
  RETURN_IF_ERROR(LockTenant(tx, TenantLock::kAlone));
  ASSIGN_OR_RETURN(const TenantState before, FindTenant(tx));
  if (before == TenantState::kAbsent) {
    return Refuse(absl::StatusCode::kNotFound, reason::kTenantNotFound, "no tenant " + tx.tenant(),
                  {{"tenant", tx.tenant()}});
  }
  RETURN_IF_ERROR(SetTenantDisabledAt(tx, disabled, now));
  if (disabled) {
    ASSIGN_OR_RETURN(const std::vector<Account> holders,
                     LockTokenHolders(tx, now - TokenEnd(deps)));
    RETURN_IF_ERROR(KillTokens(deps, tx, holders, now));
  }
  tx.AuditSubject("tenants/" + tx.tenant(),
                  before == TenantState::kDisabled ? "DISABLED" : "ENABLED",
                  disabled ? "DISABLED" : "ENABLED");
  v1::SetTenantDisabledResponse response;
  response.set_tenant(tx.tenant());
  response.set_disabled(disabled);
  return response;
}

}  // namespace

absl::StatusOr<v1::SetTenantDisabledResponse> SetTenantDisabled(
    const Deps& deps, const Call& call, const v1::SetTenantDisabledRequest& request) {
  ASSIGN_OR_RETURN(const Call acting,
                   AsOperator(deps, call, request.operator_secret(), request.tenant()));
  rpc::Fields fields;
  fields.Check(IsTenantSlug(request.tenant()), "tenant", "must be [a-z][a-z0-9-]{1,39}");
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(
      v1::SetTenantDisabledResponse response,
      pg::Transact<v1::SetTenantDisabledResponse>(deps.database, acting, [&](pg::Tx& tx) {
        return Set(deps, tx, request.disabled(), call.now);
      }));
  log::Warning(response.disabled() ? "tenant disabled" : "tenant enabled",
               {{"tenant", response.tenant()}, {"peer", call.peer}});
  return response;
}

}  // namespace fiscus::identity

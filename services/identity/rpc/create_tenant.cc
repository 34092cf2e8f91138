#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/timer.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "libs/runtime/clock.h"
#include "services/identity/deps.h"
#include "services/identity/domain/names.h"
#include "services/identity/domain/password.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/issue/janitor.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/rpc/operator.h"
#include "services/identity/rpc/sessions.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {
namespace {

constexpr char kFirstRole[] = "tenant_admin";

absl::Status CheckFields(const v1::CreateTenantRequest& request) {
  rpc::Fields fields;
  fields.Check(IsTenantSlug(request.tenant()), "tenant", "must be [a-z][a-z0-9-]{1,39}");
  fields.Check(IsDisplayName(request.display_name()), "display_name",
               "1 to 200 bytes without control characters");
  fields.Check(IsUnitCode(request.root_unit_code()), "root_unit_code",
               "must be [A-Za-z0-9_-]{1,40}");
  fields.Check(IsDisplayName(request.root_unit_name()), "root_unit_name",
               "1 to 200 bytes without control characters");
  fields.Check(IsUsername(request.admin_username()), "admin_username",
               "must be [a-z][a-z0-9._-]{1,39}");
  return fields.status();
}

absl::StatusOr<v1::CreateTenantResponse> Create(const v1::CreateTenantRequest& request, pg::Tx& tx,
                                                const Account& admin, absl::Time now) {
  const Unit root = {.path = ChildPath("/", request.root_unit_code()),
                     .code = request.root_unit_code(),
                     .name = request.root_unit_name(),
                     .kind = v1::UNIT_KIND_REGION,
                     .parent_path = ""};
  ASSIGN_OR_RETURN(const bool is_new, InsertTenant(tx, request.display_name(), root.path, now));
  if (!is_new) {
    return Refuse(absl::StatusCode::kAlreadyExists, reason::kTenantExists,
                  "the slug " + request.tenant() + " is in use", {{"tenant", request.tenant()}});
  }
  const std::vector<Grant> grants = {{.role = kFirstRole, .unit_path = root.path}};
  RETURN_IF_ERROR(InsertUnits(tx, {root}, now).status());
  RETURN_IF_ERROR(InsertAccount(tx, admin, now).status());
  RETURN_IF_ERROR(ReplaceGrants(tx, admin.user_id, grants));
  RETURN_IF_ERROR(pg::ScheduleTimer(tx, kJanitorTimer, kJanitorSubject, now + kJanitorEvery));
  v1::CreateTenantResponse response;
  response.set_tenant(request.tenant());
  *response.mutable_root_unit() = ToProto(root);
  *response.mutable_admin() = ToProto(admin, grants);
  tx.AuditSubject("tenants/" + request.tenant(), "", response.SerializeAsString());
  return response;
}

}  // namespace

absl::StatusOr<v1::CreateTenantResponse> CreateTenant(const Deps& deps, const Call& call,
                                                      const v1::CreateTenantRequest& request) {
  ASSIGN_OR_RETURN(const Call acting,
                   AsOperator(deps, call, request.operator_secret(), request.tenant()));
  RETURN_IF_ERROR(CheckFields(request));
  RETURN_IF_ERROR(CheckPassword(request.admin_password(), request.admin_username()));
  Account admin = {.user_id = NewUuid(),
                   .username = request.admin_username(),
                   .display_name = request.admin_username(),
                   .unit_path = ChildPath("/", request.root_unit_code()),
                   .must_change_password = !request.keep_admin_password()};
  ASSIGN_OR_RETURN(admin.password_hash, deps.hasher.Hash(request.admin_password(), HashWait(call)));
  return pg::Transact<v1::CreateTenantResponse>(
      deps.database, acting, [&](pg::Tx& tx) { return Create(request, tx, admin, call.now); });
}

}  // namespace fiscus::identity

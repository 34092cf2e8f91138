#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/pg/transact.h"
#include "libs/rpc/parse.h"
#include "libs/runtime/clock.h"
#include "services/identity/deps.h"
#include "services/identity/domain/names.h"
#include "services/identity/domain/password.h"
#include "services/identity/domain/reasons.h"
#include "services/identity/rpc/convert.h"
#include "services/identity/rpc/granting.h"
#include "services/identity/rpc/sessions.h"
#include "services/identity/store/units.h"

namespace fiscus::identity {
namespace {

absl::Status CheckFields(const v1::CreateUserRequest& request) {
  rpc::Fields fields;
  fields.Check(IsUsername(request.username()), "username", "must be [a-z][a-z0-9._-]{1,39}");
  fields.Check(IsDisplayName(request.display_name()), "display_name",
               "1 to 200 bytes without control characters");
  fields.UnitPath("unit_path", request.unit_path());
  return fields.status();
}

absl::StatusOr<v1::User> Add(const Deps& deps, const Call& call, pg::Tx& tx, const Account& account,
                             const std::vector<Grant>& grants) {
  ASSIGN_OR_RETURN(const auto taken, FindAccountByName(tx, account.username));
  if (taken.has_value()) {
    return Refuse(absl::StatusCode::kAlreadyExists, reason::kUsernameTaken,
                  "the user name " + account.username + " is in use",
                  {{"username", account.username}});
  }
  ASSIGN_OR_RETURN(const auto home, FindUnits(tx, {account.unit_path}));
  if (home.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, reason::kUnitNotFound,
                  "no unit " + account.unit_path, {{"unit_path", account.unit_path}});
  }
  RETURN_IF_ERROR(MayGrant(deps, call, tx, account.user_id, {}, grants));
  ASSIGN_OR_RETURN(const bool inserted, InsertAccount(tx, account, call.now));
  if (!inserted) return absl::AbortedError("the user name was taken by somebody else meanwhile");
  RETURN_IF_ERROR(ReplaceGrants(tx, account.user_id, grants));
  v1::User user = ToProto(account, grants);
  tx.AuditSubject("users/" + account.user_id, "", user.SerializeAsString());
  return user;
}

}  // namespace

absl::StatusOr<v1::User> CreateUser(const Deps& deps, const Call& call,
                                    const v1::CreateUserRequest& request) {
  RETURN_IF_ERROR(CheckFields(request));
  RETURN_IF_ERROR(CheckPassword(request.password(), request.username()));
  Account account = {.user_id = NewUuid(),
                     .username = request.username(),
                     .display_name = request.display_name(),
                     .unit_path = request.unit_path(),
                     .must_change_password = !request.keep_password()};
  ASSIGN_OR_RETURN(account.password_hash, deps.hasher.Hash(request.password(), HashWait(call)));
  Call keyed = call;
  // The record of the request must not help to guess the password inside it.
  keyed.request_digest = deps.box.KeyedDigest(call.request_digest);
  const std::vector<Grant> grants = GrantsOf(request.grants());
  return pg::Transact<v1::User>(deps.database, keyed,
                                [&](pg::Tx& tx) { return Add(deps, call, tx, account, grants); });
}

}  // namespace fiscus::identity

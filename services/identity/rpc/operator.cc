#include "services/identity/rpc/operator.h"

#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {
namespace {

constexpr char kOperator[] = "operator";

}  // namespace

absl::StatusOr<Call> AsOperator(const Deps& deps, const Call& call, std::string_view secret,
                                std::string_view tenant) {
  if (!deps.secrets.IsOperator(secret)) {
    log::Warning("wrong operator secret", {{"method", call.method}, {"peer", call.peer}});
    return InvalidCredentials();
  }
  Call acting = ActingAs(call, tenant, kOperator);
  acting.request_digest = deps.box.KeyedDigest(call.request_digest);
  return acting;
}

}  // namespace fiscus::identity

#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "services/identity/deps.h"
#include "services/identity/rpc/sessions.h"

namespace fiscus::identity {

absl::StatusOr<v1::TokenResponse> ExchangeServiceToken(
    const Deps& deps, const Call& call, const v1::ExchangeServiceTokenRequest& request) {
  const bool proved = deps.secrets.IsService(request.service(), request.secret());
  const auto policy = deps.policies.services.find(request.service());
  if (!proved || policy == deps.policies.services.end()) {
    const bool known = policy != deps.policies.services.end();
    log::Warning("service token refused",
                 {{"service", known ? request.service() : "unknown"}, {"peer", call.peer}});
    return InvalidCredentials();
  }
  ASSIGN_OR_RETURN(std::string token,
                   deps.issuer.ForService(policy->first, policy->second, call.now));
  v1::TokenResponse response;
  response.set_access_token(std::move(token));
  response.set_expires_in_s(
      static_cast<int32_t>(absl::ToInt64Seconds(deps.issuer.options().lifetime)));
  response.set_token_type("Bearer");
  return response;
}

}  // namespace fiscus::identity

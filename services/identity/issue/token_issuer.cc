#include "services/identity/issue/token_issuer.h"

#include <nlohmann/json.hpp>

#include "libs/core/status.h"

namespace fiscus::identity {
namespace {

using Json = nlohmann::json;

// Claims that every token has. Source: RFC 7519 §4.1; iat_ms, tenant, sid, svc, home and grants are
// ours (libs/rpc/auth.h).
Json CommonClaims(const TokenOptions& options, absl::Time now) {
  return {{"iss", options.issuer},
          {"aud", options.audience},
          {"iat", absl::ToUnixSeconds(now)},
          {"exp", absl::ToUnixSeconds(now + options.lifetime)}};
}

Json GrantsClaim(const EffectiveGrants& grants) {
  Json list = Json::array();
  for (const auto& [path, intents] : grants) list.push_back({{"p", path}, {"i", intents}});
  return list;
}

absl::StatusOr<std::string> SignClaims(const KeyRing& keys, const Json& claims) {
  ASSIGN_OR_RETURN(const SigningKey key, keys.Signer());
  return key.Sign(claims.dump());
}

}  // namespace

absl::StatusOr<std::string> TokenIssuer::ForUser(const TokenSubject& subject,
                                                 absl::Time now) const {
  if (TokenBytes(subject.grants) > kTokenGrantBytesMax) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "FIELD_INVALID",
                  "your grants no longer fit a token because a role has grown; an administrator "
                  "must reduce them",
                  {{"bytes", std::to_string(TokenBytes(subject.grants))}}, kCommonDomain);
  }
  Json claims = CommonClaims(options_, now);
  claims["sub"] = subject.user_id;
  claims["tenant"] = subject.tenant;
  claims["sid"] = subject.session_id;
  claims["home"] = subject.home_unit;
  claims["iat_ms"] = subject.issued_at_ms;
  claims["grants"] = GrantsClaim(subject.grants);
  return SignClaims(keys_, claims);
}

absl::StatusOr<std::string> TokenIssuer::ForService(const std::string& service,
                                                    const std::set<std::string>& intents,
                                                    absl::Time now) const {
  Json claims = CommonClaims(options_, now);
  claims["sub"] = service;
  claims["svc"] = service;
  // Services serve all tenants; each call says for which (x-fiscus-tenant).
  claims["tenant"] = "*";
  claims["iat_ms"] = absl::ToUnixMillis(now);
  claims["grants"] = GrantsClaim({{"/", intents}});
  return SignClaims(keys_, claims);
}

}  // namespace fiscus::identity

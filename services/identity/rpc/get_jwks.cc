#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "services/identity/deps.h"

namespace fiscus::identity {

absl::StatusOr<v1::Jwks> GetJwks(const Deps& deps, const Call&, const v1::GetJwksRequest&) {
  ASSIGN_OR_RETURN(const std::vector<PublicKey> keys, deps.keys.Published());
  v1::Jwks jwks;
  for (const PublicKey& key : keys) {
    v1::Jwk& jwk = *jwks.add_keys();
    jwk.set_kty("EC");
    jwk.set_crv("P-256");
    jwk.set_x(key.x);
    jwk.set_y(key.y);
    jwk.set_kid(key.kid);
    jwk.set_use("sig");
    jwk.set_alg("ES256");
  }
  return jwks;
}

}  // namespace fiscus::identity

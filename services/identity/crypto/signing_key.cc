#include "services/identity/crypto/signing_key.h"

#include <cjose/cjose.h>

#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>

#include "libs/core/status.h"
#include "libs/core/text.h"

namespace fiscus::identity {
namespace {

// Characters of the thumbprint in a key id: 96 bits.
constexpr size_t kKidLength = 16;

using Json = nlohmann::json;
using Jwk = std::unique_ptr<cjose_jwk_t, bool (*)(cjose_jwk_t*)>;
using Jws = std::unique_ptr<cjose_jws_t, void (*)(cjose_jws_t*)>;
using Header = std::unique_ptr<cjose_header_t, void (*)(cjose_header_t*)>;

absl::Status Failed(std::string_view what, const cjose_err& error) {
  return absl::InternalError(std::string(what) + ": " +
                             (error.message == nullptr ? "unknown" : error.message));
}

absl::StatusOr<Json> ToJson(const cjose_jwk_t* jwk, bool with_private) {
  cjose_err error{};
  char* text = cjose_jwk_to_json(jwk, with_private, &error);
  if (text == nullptr) return Failed("a key cannot be written", error);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  cjose_get_dealloc()(text);
  if (!json.is_object())
    return absl::InternalError("a key is written as something else than an object");
  return json;
}

}  // namespace

struct SigningKey::Impl {
  explicit Impl(cjose_jwk_t* key) : jwk(key, &cjose_jwk_release) {}

  Jwk jwk;
  // cjose counts references without atomics, so one signature at a time.
  mutable std::mutex mutex;
};

absl::StatusOr<SigningKey> SigningKey::Generate() {
  cjose_err error{};
  auto impl = std::make_shared<Impl>(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error));
  if (impl->jwk == nullptr) return Failed("a key cannot be made", error);
  return Wrap(std::move(impl));
}

absl::StatusOr<SigningKey> SigningKey::FromPrivateJwk(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || parsed.value("kty", "") != "EC" ||
      parsed.value("crv", "") != "P-256" || !parsed.contains("d")) {
    return absl::DataLossError("not a private key on P-256");
  }
  cjose_err error{};
  auto impl = std::make_shared<Impl>(cjose_jwk_import(json.data(), json.size(), &error));
  if (impl->jwk == nullptr) return Failed("a key cannot be read", error);
  return Wrap(std::move(impl));
}

absl::StatusOr<SigningKey> SigningKey::Wrap(std::shared_ptr<Impl> impl) {
  ASSIGN_OR_RETURN(const Json json, ToJson(impl->jwk.get(), false));
  PublicKey key = {.kid = "", .x = json.value("x", ""), .y = json.value("y", "")};
  // RFC 7638 §3.2: the required members of an EC key, in this order, without spaces.
  const std::string canonical =
      R"({"crv":"P-256","kty":"EC","x":")" + key.x + R"(","y":")" + key.y + R"("})";
  key.kid = Base64UrlEncode(Sha256(canonical)).substr(0, kKidLength);
  return SigningKey(std::move(impl), std::move(key));
}

absl::StatusOr<std::string> SigningKey::PrivateJwk() const {
  ASSIGN_OR_RETURN(const Json json, ToJson(impl_->jwk.get(), true));
  return json.dump();
}

absl::StatusOr<std::string> SigningKey::Sign(std::string_view claims_json) const {
  cjose_err error{};
  const Header header(cjose_header_new(&error), &cjose_header_release);
  const bool filled =
      header != nullptr &&
      cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, &error) &&
      cjose_header_set(header.get(), CJOSE_HDR_KID, public_key_.kid.c_str(), &error) &&
      cjose_header_set(header.get(), "typ", "JWT", &error);
  if (!filled) return Failed("a token's header cannot be made", error);
  const std::lock_guard lock(impl_->mutex);
  const Jws jws(cjose_jws_sign(impl_->jwk.get(), header.get(),
                               reinterpret_cast<const uint8_t*>(claims_json.data()),
                               claims_json.size(), &error),
                &cjose_jws_release);
  const char* token = nullptr;
  if (jws == nullptr || !cjose_jws_export(jws.get(), &token, &error))
    return Failed("a token cannot be signed", error);
  return std::string(token);
}

}  // namespace fiscus::identity

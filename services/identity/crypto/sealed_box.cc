#include "services/identity/crypto/sealed_box.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

#include <memory>

#include "libs/core/text.h"
#include "libs/runtime/clock.h"

namespace fiscus::identity {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int Size(std::string_view text) { return static_cast<int>(text.size()); }

absl::StatusOr<std::string> Derive(std::string_view secret, std::string_view purpose) {
  const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), &EVP_PKEY_CTX_free);
  std::string key(kKeyBytes, '\0');
  size_t length = key.size();
  const bool derived =
      context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1 &&
      EVP_PKEY_CTX_set1_hkdf_key(context.get(), Bytes(secret), Size(secret)) == 1 &&
      EVP_PKEY_CTX_add1_hkdf_info(context.get(), Bytes(purpose), Size(purpose)) == 1 &&
      EVP_PKEY_derive(context.get(), Bytes(key), &length) == 1 && length == kKeyBytes;
  if (!derived) return absl::InternalError("HKDF failed");
  return key;
}

}  // namespace

absl::StatusOr<SealedBox> SealedBox::FromMasterSecret(std::string_view secret) {
  if (secret.size() < kMasterSecretBytesMin) {
    return absl::InvalidArgumentError("the master secret needs at least " +
                                      std::to_string(kMasterSecretBytesMin) + " bytes");
  }
  auto seal_key = Derive(secret, "fiscus identity sealing v1");
  if (!seal_key.ok()) return seal_key.status();
  auto digest_key = Derive(secret, "fiscus identity digests v1");
  if (!digest_key.ok()) return digest_key.status();
  return SealedBox(*std::move(seal_key), *std::move(digest_key));
}

std::string SealedBox::Seal(std::string_view plain, std::string_view context) const {
  const CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const std::string nonce = RandomBytes(kNonceBytes);
  std::string text(plain.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int length = 0;
  const bool sealed =
      cipher != nullptr &&
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(seal_key_),
                         Bytes(nonce)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &length, Bytes(context), Size(context)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), Bytes(text), &length, Bytes(plain), Size(plain)) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), Bytes(text) + length, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1;
  // An empty box never opens: better a key that cannot be used than one stored in clear.
  return sealed ? nonce + text + tag : std::string();
}

absl::StatusOr<std::string> SealedBox::Open(std::string_view sealed,
                                            std::string_view context) const {
  if (sealed.size() < kNonceBytes + kTagBytes)
    return absl::DataLossError("a sealed value is cut short");
  const CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view text = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plain(text.size(), '\0');
  int length = 0;
  const bool opened =
      cipher != nullptr &&
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(seal_key_),
                         Bytes(nonce)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &length, Bytes(context), Size(context)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), Bytes(plain), &length, Bytes(text), Size(text)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), Bytes(plain) + length, &length) == 1;
  if (!opened)
    return absl::DataLossError("a sealed value does not open: changed, or another master secret");
  return plain;
}

std::string SealedBox::KeyedDigest(std::string_view text) const {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  HMAC(EVP_sha256(), digest_key_.data(), Size(digest_key_), Bytes(text), text.size(), Bytes(digest),
       &length);
  digest.resize(length);
  return digest;
}

}  // namespace fiscus::identity

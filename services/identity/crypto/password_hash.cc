#include "services/identity/crypto/password_hash.h"

#include <argon2.h>

#include <chrono>

#include "libs/core/status.h"
#include "libs/runtime/clock.h"

namespace fiscus::identity {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;
constexpr int64_t kRetryAfterMs = 1'000;

absl::StatusOr<std::string> MakeHash(std::string_view password, const HashCost& cost) {
  const std::string salt = RandomBytes(kSaltBytes);
  std::string encoded(argon2_encodedlen(cost.iterations, cost.memory_kib, cost.lanes, kSaltBytes,
                                        kHashBytes, Argon2_id),
                      '\0');
  const int result = argon2id_hash_encoded(cost.iterations, cost.memory_kib, cost.lanes,
                                           password.data(), password.size(), salt.data(),
                                           salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (result != ARGON2_OK) return absl::InternalError(argon2_error_message(result));
  encoded.resize(encoded.find('\0'));
  return encoded;
}

// The server is configured by us: a hash that cannot be made at start cannot be made at all.
std::string HashOfNobody(const HashCost& cost) {
  return MakeHash(RandomBytes(kHashBytes), cost).value();
}

}  // namespace

// One of the places, held while a hash is made.
class PasswordHasher::Place {
 public:
  Place(PasswordHasher& hasher, absl::Duration wait) : hasher_(hasher) {
    std::unique_lock lock(hasher_.mutex_);
    taken_ = hasher_.freed_.wait_for(lock, absl::ToChronoNanoseconds(wait),
                                     [this] { return hasher_.free_ > 0; });
    if (taken_) --hasher_.free_;
  }
  ~Place() {
    if (!taken_) return;
    {
      const std::lock_guard lock(hasher_.mutex_);
      ++hasher_.free_;
    }
    hasher_.freed_.notify_one();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  absl::Status status() const {
    if (taken_) return absl::OkStatus();
    return WithRetryAfter(Refuse(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                                 "too many logins at once", {}, kCommonDomain),
                          kRetryAfterMs);
  }

 private:
  PasswordHasher& hasher_;
  bool taken_ = false;
};

PasswordHasher::PasswordHasher(HashCost cost, int parallel_max)
    : cost_(cost), free_(parallel_max), nobody_(HashOfNobody(cost)) {}

absl::StatusOr<std::string> PasswordHasher::Hash(std::string_view password, absl::Duration wait) {
  const Place place(*this, wait);
  RETURN_IF_ERROR(place.status());
  return MakeHash(password, cost_);
}

absl::StatusOr<bool> PasswordHasher::Verify(std::string_view password, const std::string& hash,
                                            absl::Duration wait) {
  const Place place(*this, wait);
  RETURN_IF_ERROR(place.status());
  const int result = argon2id_verify(hash.c_str(), password.data(), password.size());
  if (result == ARGON2_OK) return true;
  if (result == ARGON2_VERIFY_MISMATCH) return false;
  return absl::InternalError(argon2_error_message(result));
}

absl::Status PasswordHasher::VerifyNobody(std::string_view password, absl::Duration wait) {
  return Verify(password, nobody_, wait).status();
}

}  // namespace fiscus::identity

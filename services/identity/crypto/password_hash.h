// Password hashes: Argon2id in the PHC string format, salted, and equal work whether or not there
// is anything to compare with.
//
// Thread-safe. Each hash takes `memory_kib` for its time; no more than `parallel_max` are made at
// once, so a flood of logins can exhaust neither memory nor the workers that other calls need.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fiscus::identity {

// Source: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB, 2 iterations, 1 lane; RFC 9106.
struct HashCost {
  uint32_t memory_kib = 19'456;
  uint32_t iterations = 2;
  uint32_t lanes = 1;
};

class PasswordHasher {
 public:
  // `parallel_max`: hashes made at once, count, > 0.
  PasswordHasher(HashCost cost, int parallel_max);

  // A hash with a fresh salt. RESOURCE_EXHAUSTED if no place was free within `wait`.
  absl::StatusOr<std::string> Hash(std::string_view password, absl::Duration wait);
  // True if the password made the hash. Takes as long for a wrong password as for a right one.
  absl::StatusOr<bool> Verify(std::string_view password, const std::string& hash,
                              absl::Duration wait);
  // The work of Verify for a user who does not exist; always OK or RESOURCE_EXHAUSTED, never a
  // match.
  absl::Status VerifyNobody(std::string_view password, absl::Duration wait);

 private:
  class Place;

  const HashCost cost_;
  std::mutex mutex_;
  std::condition_variable freed_;
  int free_;
  const std::string nobody_;  // the hash of a password that nobody knows
};

}  // namespace fiscus::identity

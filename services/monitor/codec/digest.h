// A digest of a partition's whole state: the sum of a 128-bit hash of every record. Sums do not
// depend on order and can be kept up to date record by record, so restored state is compared with
// what it must be at no cost to the hot path.
//
// It guards against loss and mix-up (a late zombie's record, a compacted one), not against forgers.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

struct Digest {
  uint64_t high = 0;
  uint64_t low = 0;

  friend bool operator==(const Digest&, const Digest&) = default;
};

namespace digest_internal {

inline uint64_t Fold(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Multiply-and-fold over 8-byte words, in the manner of wyhash; the constants are arbitrary odd
// numbers.
inline uint64_t Hash(std::string_view bytes, uint64_t seed) {
  uint64_t state = seed ^ Fold(bytes.size() ^ 0x9e3779b97f4a7c15U, 0xd1b54a32d192ed03U);
  while (!bytes.empty()) {
    uint64_t word = 0;
    const size_t size = bytes.size() < sizeof word ? bytes.size() : sizeof word;
    std::memcpy(&word, bytes.data(), size);
    state = Fold(state ^ word ^ 0xa0761d6478bd642fU, 0xe7037ed1a0b428dbU ^ (state << 1));
    bytes.remove_prefix(size);
  }
  return Fold(state ^ 0x8ebc6af09c88c6e3U, 0x589965cc75374cc3U);
}

}  // namespace digest_internal

// The hash of one record.
inline Digest RecordHash(std::string_view key, std::string_view value) {
  const uint64_t high = digest_internal::Hash(key, 0x2d358dccaa6c78a5U);
  const uint64_t low = digest_internal::Hash(key, 0x8bb84b93962eacc9U);
  return {digest_internal::Hash(value, high), digest_internal::Hash(value, low)};
}

inline void Add(const Digest& hash, Digest& digest) {
  digest.high += hash.high;
  digest.low += hash.low;
}

// Replaces the record's old share in the digest by its new one, and remembers it in the mark.
inline void Replace(const Digest& hash, RecordMark& mark, Digest& digest) {
  digest.high += hash.high - mark.hash_high;
  digest.low += hash.low - mark.hash_low;
  mark = {false, hash.high, hash.low};
}

}  // namespace fiscus::monitor

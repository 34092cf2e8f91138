// Random numbers that are the same on every machine, and hashes that make a choice depend on what
// it is about instead of on when it is made.
#pragma once

#include <cstdint>
#include <string_view>

namespace fiscus::sim {

// SplitMix64's finaliser: a bijection that mixes well.
inline uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// FNV-1a, mixed.
inline uint64_t Hash(std::string_view text, uint64_t seed = 0) {
  uint64_t h = 0xcbf29ce484222325U ^ Mix(seed);
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return Mix(h);
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15U); }
  // 0 … n − 1; n > 0.
  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool OneIn(int64_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

}  // namespace fiscus::sim

#include "services/identity/domain/keys.h"

#include <algorithm>

namespace fiscus::identity {
namespace {

bool Earlier(const KeyTimes& a, const KeyTimes& b) {
  return a.signs_from != b.signs_from ? a.signs_from < b.signs_from : a.kid < b.kid;
}

std::vector<KeyTimes> Ordered(std::vector<KeyTimes> keys) {
  std::sort(keys.begin(), keys.end(), Earlier);
  return keys;
}

// For each key in order: its successor has signed for so long that no token of it can be alive.
std::vector<std::string> Select(const std::vector<KeyTimes>& keys, const KeyPolicy& policy,
                                absl::Time now, bool expired) {
  const std::vector<KeyTimes> ordered = Ordered(keys);
  std::vector<std::string> kids;
  for (size_t i = 0; i < ordered.size(); ++i) {
    const bool is_last = i + 1 == ordered.size();
    const bool is_over =
        !is_last && now >= ordered[i + 1].signs_from + policy.token_ttl + policy.skew;
    if (is_over == expired) kids.push_back(ordered[i].kid);
  }
  return kids;
}

}  // namespace

std::optional<std::string> Signer(const std::vector<KeyTimes>& keys, absl::Time now) {
  std::optional<std::string> kid;
  for (const KeyTimes& key : Ordered(keys)) {
    if (key.signs_from <= now) kid = key.kid;
  }
  return kid;
}

std::vector<std::string> Published(const std::vector<KeyTimes>& keys, const KeyPolicy& policy,
                                   absl::Time now) {
  return Select(keys, policy, now, false);
}

std::vector<std::string> Expired(const std::vector<KeyTimes>& keys, const KeyPolicy& policy,
                                 absl::Time now) {
  return Select(keys, policy, now, true);
}

absl::Time SignsFrom(const std::vector<KeyTimes>& keys, const KeyPolicy& policy, absl::Time now) {
  return keys.empty() ? now : now + policy.Lead();
}

std::optional<KeyTimes> Waiting(const std::vector<KeyTimes>& keys, absl::Time now) {
  const std::vector<KeyTimes> ordered = Ordered(keys);
  if (ordered.empty() || ordered.back().signs_from <= now) return std::nullopt;
  return ordered.back();
}

bool RotationDue(const std::vector<KeyTimes>& keys, const KeyPolicy& policy, absl::Time now) {
  if (keys.empty()) return true;
  return now + policy.Lead() >= Ordered(keys).back().signs_from + policy.max_age;
}

}  // namespace fiscus::identity

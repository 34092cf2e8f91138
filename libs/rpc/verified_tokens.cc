#include "libs/rpc/verified_tokens.h"

#include <utility>

namespace fiscus::rpc {

const TokenClaims* VerifiedTokens::Find(const std::string& digest) const {
  const auto found = claims_.find(digest);
  return found == claims_.end() ? nullptr : &found->second;
}

void VerifiedTokens::Add(const std::string& digest, TokenClaims claims, absl::Time now) {
  if (claims_.size() >= most_) {
    std::erase_if(claims_, [now](const auto& entry) { return entry.second.expires_at <= now; });
  }
  if (claims_.size() >= most_) claims_.clear();
  claims_.insert_or_assign(digest, std::move(claims));
}

}  // namespace fiscus::rpc

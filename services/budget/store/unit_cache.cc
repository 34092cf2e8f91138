#include "services/budget/store/unit_cache.h"

#include <utility>

namespace fiscus::budget {
namespace {

std::string KeyOf(std::string_view tenant, std::string_view kind, std::string_view id) {
  return std::string(tenant) + "/" + std::string(kind) + "/" + std::string(id);
}

}  // namespace

void UnitCache::Keep(std::string key, const std::string& unit_path) {
  if (young_.size() >= generation_max_) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_[std::move(key)] = unit_path;
}

void UnitCache::Remember(std::string_view tenant, std::string_view kind, std::string_view id,
                         const std::string& unit_path) {
  std::string key = KeyOf(tenant, kind, id);
  const std::lock_guard lock(mutex_);
  Keep(std::move(key), unit_path);
}

std::optional<std::string> UnitCache::Find(std::string_view tenant, std::string_view kind,
                                           std::string_view id) {
  std::string key = KeyOf(tenant, kind, id);
  const std::lock_guard lock(mutex_);
  if (const auto found = young_.find(key); found != young_.end()) return found->second;
  const auto found = old_.find(key);
  if (found == old_.end()) return std::nullopt;
  std::string unit_path = found->second;
  Keep(std::move(key), unit_path);  // used: it survives the next change of generations
  return unit_path;
}

}  // namespace fiscus::budget

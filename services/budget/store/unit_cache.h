// Unit paths of lines and reservations, which never change once they exist; so that authorising a
// command costs no query.
//
// Bounded: two generations, of which the older is dropped when the younger is full. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fiscus::budget {

class UnitCache {
 public:
  explicit UnitCache(size_t entries_max = 50'000) : generation_max_(entries_max / 2) {}

  // `kind`: "line" or "reservation".
  void Remember(std::string_view tenant, std::string_view kind, std::string_view id,
                const std::string& unit_path);
  std::optional<std::string> Find(std::string_view tenant, std::string_view kind,
                                  std::string_view id);

 private:
  using Generation = std::unordered_map<std::string, std::string>;
  void Keep(std::string key, const std::string& unit_path);  // needs the lock

  const size_t generation_max_;
  std::mutex mutex_;
  Generation young_;
  Generation old_;
};

}  // namespace fiscus::budget

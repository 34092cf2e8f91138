// Keys of the state records: in RocksDB, and (state records only) in the changelog.
//
//   P tenant NUL project NUL kind id   core 'a', baseline 'b', contract 'c' + id, line 'l' + id
//   Y tenant NUL payment               a payment
//   T tenant                           a tenant's calendar
// Tenants and ids hold no NUL (engine/processor.cc refuses them), so prefixes are exact.
#pragma once

#include <string>
#include <string_view>

namespace fiscus::monitor {

enum class RecordKind : char { kCore = 'a', kBaseline = 'b', kContract = 'c', kLine = 'l' };

inline constexpr char kProjectSpace = 'P';
inline constexpr char kPaymentSpace = 'Y';
inline constexpr char kTenantSpace = 'T';

// All projects of a tenant.
inline std::string TenantPrefix(std::string_view tenant) {
  std::string key(1, kProjectSpace);
  key.append(tenant).push_back('\0');
  return key;
}
// All records of a project.
inline std::string ProjectPrefix(std::string_view tenant, std::string_view project) {
  std::string key = TenantPrefix(tenant);
  key.append(project).push_back('\0');
  return key;
}
inline std::string RecordKey(std::string_view tenant, std::string_view project, RecordKind kind,
                             std::string_view id = {}) {
  std::string key = ProjectPrefix(tenant, project);
  key.push_back(static_cast<char>(kind));
  key.append(id);
  return key;
}
inline std::string PaymentKey(std::string_view tenant, std::string_view payment) {
  std::string key(1, kPaymentSpace);
  key.append(tenant).push_back('\0');
  key.append(payment);
  return key;
}
inline std::string TenantKey(std::string_view tenant) {
  return std::string(1, kTenantSpace).append(tenant);
}

// The project in a key of space P: tenant and project; both empty for a malformed key.
struct ProjectOfKey {
  std::string_view tenant;
  std::string_view project;
  std::string_view rest;  // kind and id
};
inline ProjectOfKey SplitProjectKey(std::string_view key) {
  const size_t first = key.find('\0');
  const size_t second = first == std::string_view::npos ? first : key.find('\0', first + 1);
  if (second == std::string_view::npos || key.empty() || key[0] != kProjectSpace) return {};
  return {key.substr(1, first - 1), key.substr(first + 1, second - first - 1),
          key.substr(second + 1)};
}

}  // namespace fiscus::monitor

#include "services/payments/domain/scopes.h"

#include "libs/core/text.h"

namespace fiscus::payments {

std::vector<std::string> Narrow(const std::vector<std::string>& scopes,
                                std::string_view under_path) {
  if (under_path.empty()) return scopes;
  std::vector<std::string> narrowed;
  for (const std::string& scope : scopes) {
    if (IsWithin(under_path, scope)) return {std::string(under_path)};
    if (IsWithin(scope, under_path)) narrowed.push_back(scope);
  }
  return narrowed;
}

}  // namespace fiscus::payments

#include "services/alerting/rpc/scopes.h"

#include "libs/core/text.h"

namespace fiscus::alerting {

std::vector<std::string> ScopesUnder(const Call& call, const std::string& under_path) {
  std::vector<std::string> held = call.caller.ScopesFor(call.intent);
  if (under_path.empty()) return held;
  std::vector<std::string> scopes;
  for (const std::string& scope : held) {
    if (IsWithin(under_path, scope)) return {under_path};
    if (IsWithin(scope, under_path)) scopes.push_back(scope);
  }
  return scopes;
}

}  // namespace fiscus::alerting

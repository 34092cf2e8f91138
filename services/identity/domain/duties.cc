#include "services/identity/domain/duties.h"

namespace fiscus::identity {

const std::vector<std::set<std::string>>& IncompatibleDuties() {
  static const std::vector<std::set<std::string>> rows = {
      {"payments.submit", "payments.approve_unit", "payments.approve_finance", "payments.order"},
      {"projects.declare", "projects.review", "projects.establish", "projects.finance"},
      {"projects.measure", "projects.certify"},
      {"projects.execute", "projects.accept"},
      {"contracts.edit", "contracts.sign"},
      {"contracts.manage", "contracts.sign"},
      {"alerts.answer", "alerts.supervise"},
      {"budget.approve", "payments.submit", "budget.verify"},
      {"budget.transfer", "payments.order"},
      {"budget.observe", "budget.approve", "payments.submit"},
      {"identity.users.manage", "payments.submit"},
      {"identity.users.manage", "payments.order"},
      {"identity.users.manage", "budget.approve"},
      {"identity.roles.manage", "budget.verify"},
  };
  return rows;
}

std::optional<std::pair<std::string, std::string>> ClashAmong(
    const std::set<std::string>& intents) {
  for (const std::set<std::string>& row : IncompatibleDuties()) {
    const std::string* first = nullptr;
    for (const std::string& intent : row) {
      if (!intents.contains(intent)) continue;
      if (first != nullptr) return std::pair(*first, intent);
      first = &intent;
    }
  }
  return std::nullopt;
}

}  // namespace fiscus::identity

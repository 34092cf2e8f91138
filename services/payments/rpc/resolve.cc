#include "services/payments/rpc/resolve.h"

#include "libs/core/status.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {

std::function<absl::StatusOr<std::vector<std::string>>(const Call&, std::string_view,
                                                       const std::vector<std::string>&)>
UnitsOfPayments(const Deps& deps) {
  return [&deps](const Call& call, std::string_view resource,
                 const std::vector<std::string>& ids) -> absl::StatusOr<std::vector<std::string>> {
    if (resource != "payment") {
      return absl::InternalError("unknown kind of resource: " + std::string(resource));
    }
    std::vector<std::string> units;
    RETURN_IF_ERROR(
        deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
          ASSIGN_OR_RETURN(units, store::UnitsOf(tx, ids));
          return absl::OkStatus();
        }));
    return units;
  };
}

}  // namespace fiscus::payments

// Transaction 1 of the submission saga: which of the requests are new, which pass the checks, and
// their rows.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/database.h"
#include "services/payments/deps.h"
#include "services/payments/saga/project_facts.h"
#include "services/payments/saga/submission.h"
#include "services/payments/store/payment_store.h"

namespace fiscus::payments {

// One run of transaction 1. Use once.
class Opening {
 public:
  // What became of a request so far: why it is refused without a trace, or the id of its payment.
  struct Entry {
    absl::Status status;
    std::string payment_id;
  };

  // `facts` has every request that passed CheckRequest.
  Opening(const Deps& deps, const Call& call, const std::vector<Asked>& asked,
          const FactsByKey& facts)
      : deps_(deps), call_(call), asked_(asked), facts_(facts) {}

  // Checks and decides all, without writing payments. Locks contracts and vouchers.
  absl::Status Decide(pg::Tx& tx);
  // Writes what was decided.
  absl::Status Save(pg::Tx& tx);

  // After Decide: an entry per request, in order; and every payment that the entries name.
  const std::vector<Entry>& entries() const { return entries_; }
  const std::map<std::string, Payment>& payments() const { return payments_; }

 private:
  absl::Status FindExisting(pg::Tx& tx);
  absl::Status LockShared(pg::Tx& tx);
  void DecideOne(size_t index);
  SubmitContext ContextOf(const Request& request) const;

  const Deps& deps_;
  const Call& call_;
  const std::vector<Asked>& asked_;
  const FactsByKey& facts_;

  std::vector<Entry> entries_;
  std::map<std::string, Payment> payments_;
  std::map<std::string, std::string> id_by_request_;  // request id → payment that it made
  std::map<std::string, Payment> revised_;
  std::map<std::string, store::ContractUsage> usage_;
  store::VoucherClaims claims_;
  std::map<store::VoucherKey, std::string> kept_;  // claimed vouchers → payments that keep them
  std::vector<store::Fresh> fresh_;
};

}  // namespace fiscus::payments

// Projects, payments and calendars of one partition in memory, over the store. Not thread-safe: the
// partition's thread owns it.
//
// What an event changed stays in memory until the next commit; clean projects beyond the limit are
// forgotten, the least recently used first.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/monitor/engine/partition_store.h"
#include "services/monitor/engine/totals.h"
#include "services/monitor/predicates/all.h"
#include "services/monitor/projections/indicators.h"
#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// A project with what is derived from it.
struct CachedProject {
  ProjectState state;
  Indicators indicators;  // as last published: Compute(state) after its last event
  TotalKey counted_as;    // under which the totals count the project
  bool counted = false;
  bool queued = false;  // among those to be committed
  std::list<CachedProject*>::iterator place;
};

// A payment with its key.
struct CachedPayment {
  std::string key;
  PaymentState state;
  bool queued = false;
};

// Loads a project by its records; `project.mark` stays clean and its identity empty if there are
// none.
absl::StatusOr<bool> LoadProject(const PartitionStore& store, const RuleSet& rules,
                                 std::string_view tenant, std::string_view key,
                                 ProjectState& project);

class ProjectCache {
 public:
  ProjectCache(const RuleSet& rules, size_t projects_max)
      : rules_(rules), projects_max_(projects_max) {}

  // The store that misses are read from. Before anything else.
  void Bind(std::shared_ptr<PartitionStore> store) { store_ = std::move(store); }

  // The project, made if it is new. Valid until the next Collect.
  absl::StatusOr<CachedProject*> Project(std::string_view tenant, std::string_view key);
  absl::StatusOr<CachedPayment*> Payment(std::string_view tenant, std::string_view payment_id);
  absl::StatusOr<TenantState*> Tenant(std::string_view tenant);
  // Marks as changed, so that Collect looks at it.
  void Touch(CachedProject& project);
  void Touch(CachedPayment& payment);

  // Moves the changed records and totals out, and brings the digest up to date; everything is clean
  // afterwards.
  void Collect(Digest& digest, std::vector<StateRecord>& records,
               std::vector<Totals::Change>& totals);
  // Forgets clean projects beyond the limit. Call after Collect, when nobody holds a pointer.
  void Trim();
  // Forgets everything.
  void Clear();

 private:
  void CollectProject(CachedProject& project, Digest& digest, std::vector<StateRecord>& records);
  void CountProject(CachedProject& project, std::vector<Totals::Change>& totals) const;

  const RuleSet& rules_;
  const size_t projects_max_;
  std::shared_ptr<PartitionStore> store_;
  absl::flat_hash_map<std::string, std::unique_ptr<CachedProject>> projects_;  // by ProjectPrefix
  std::list<CachedProject*> recent_;  // most recently used first
  std::vector<CachedProject*> touched_;
  absl::flat_hash_map<std::string, std::unique_ptr<CachedPayment>> payments_;  // by PaymentKey
  std::vector<CachedPayment*> touched_payments_;
  absl::flat_hash_map<std::string, std::unique_ptr<TenantState>> tenants_;  // by TenantKey
};

// What the totals hold of a project that is counted for the first time (when a partition is
// opened).
void CountAll(const ProjectState& project, std::vector<Totals::Change>& totals);

}  // namespace fiscus::monitor

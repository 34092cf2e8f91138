#include "services/monitor/engine/project_cache.h"

#include <utility>

#include "libs/core/status.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/codec/state_codec.h"
#include "services/monitor/projections/fold.h"

namespace fiscus::monitor {
namespace {

// Payments are small; clean ones are forgotten together once there are this many.
constexpr size_t kPaymentsMax = 20'000;

TotalKey KeyOf(const LineState& line) { return {line.unit_path, line.currency, line.observed}; }
TotalKey KeyOf(const ProjectState& project) {
  return {project.unit_path, project.currency, project.observed};
}

void Emit(std::string_view tenant, std::string_view project, RecordKind kind, std::string_view id,
          std::string value, RecordMark& mark, Digest& digest, std::vector<StateRecord>& records) {
  StateRecord record{RecordKey(tenant, project, kind, id), std::move(value)};
  Replace(RecordHash(record.key, record.value), mark, digest);
  records.push_back(std::move(record));
}

}  // namespace

absl::StatusOr<bool> LoadProject(const PartitionStore& store, const RuleSet& rules,
                                 std::string_view tenant, std::string_view key,
                                 ProjectState& project) {
  project.tenant = tenant;
  project.key = key;
  const std::string prefix = ProjectPrefix(tenant, key);
  absl::Status status;
  bool found = false;
  RETURN_IF_ERROR(store.Scan(prefix, {}, [&](std::string_view record_key, std::string_view value) {
    found = true;
    status = DecodeInto(record_key, record_key.substr(prefix.size()), value, rules, project);
    return status.ok();
  }));
  RETURN_IF_ERROR(status);
  Derive(project);
  return found;
}

void CountAll(const ProjectState& project, std::vector<Totals::Change>& totals) {
  for (const LineState& line : project.lines) {
    if (line.fiscal_year != 0) totals.push_back({project.tenant, KeyOf(line), 0, line.amounts, {}});
  }
  if (!project.project_id.empty()) totals.push_back({project.tenant, KeyOf(project), 1, {}, {}});
}

absl::StatusOr<CachedProject*> ProjectCache::Project(std::string_view tenant,
                                                     std::string_view key) {
  std::string name = ProjectPrefix(tenant, key);
  if (const auto found = projects_.find(name); found != projects_.end()) {
    CachedProject* project = found->second.get();
    recent_.splice(recent_.begin(), recent_, project->place);
    return project;
  }
  auto project = std::make_unique<CachedProject>();
  ASSIGN_OR_RETURN(const bool stored, LoadProject(*store_, rules_, tenant, key, project->state));
  project->indicators = Compute(project->state);
  project->counted = stored && !project->state.project_id.empty();
  project->counted_as = KeyOf(project->state);
  recent_.push_front(project.get());
  project->place = recent_.begin();
  return projects_.emplace(std::move(name), std::move(project)).first->second.get();
}

absl::StatusOr<CachedPayment*> ProjectCache::Payment(std::string_view tenant,
                                                     std::string_view payment_id) {
  std::string key = PaymentKey(tenant, payment_id);
  if (const auto found = payments_.find(key); found != payments_.end()) return found->second.get();
  auto payment = std::make_unique<CachedPayment>();
  payment->key = key;
  ASSIGN_OR_RETURN(const std::optional<std::string> value, store_->Get(key));
  if (value.has_value()) RETURN_IF_ERROR(Decode(key, *value, payment->state));
  return payments_.emplace(std::move(key), std::move(payment)).first->second.get();
}

absl::StatusOr<TenantState*> ProjectCache::Tenant(std::string_view tenant) {
  std::string key = TenantKey(tenant);
  if (const auto found = tenants_.find(key); found != tenants_.end()) return found->second.get();
  auto state = std::make_unique<TenantState>();
  ASSIGN_OR_RETURN(const std::optional<std::string> value, store_->Get(key));
  if (value.has_value()) RETURN_IF_ERROR(Decode(key, *value, *state));
  return tenants_.emplace(std::move(key), std::move(state)).first->second.get();
}

void ProjectCache::Touch(CachedProject& project) {
  if (std::exchange(project.queued, true)) return;
  touched_.push_back(&project);
}

void ProjectCache::Touch(CachedPayment& payment) {
  if (std::exchange(payment.queued, true)) return;
  touched_payments_.push_back(&payment);
}

void ProjectCache::CollectProject(CachedProject& project, Digest& digest,
                                  std::vector<StateRecord>& records) {
  ProjectState& state = project.state;
  const auto emit = [&](RecordKind kind, std::string_view id, RecordMark& mark, auto encode) {
    if (!mark.dirty) return;
    std::string value;
    encode(value);
    Emit(state.tenant, state.key, kind, id, std::move(value), mark, digest, records);
  };
  emit(RecordKind::kCore, {}, state.mark,
       [&](std::string& out) { EncodeCore(state, rules_, out); });
  emit(RecordKind::kBaseline, {}, state.baseline.mark,
       [&](std::string& out) { EncodeBaseline(state.baseline, rules_, out); });
  for (ContractState& contract : state.contracts) {
    emit(RecordKind::kContract, contract.contract_id, contract.mark,
         [&](std::string& out) { EncodeContract(contract, rules_, out); });
  }
  for (LineState& line : state.lines) {
    emit(RecordKind::kLine, line.line_id, line.mark,
         [&](std::string& out) { EncodeLine(line, rules_, out); });
  }
}

void ProjectCache::CountProject(CachedProject& project, std::vector<Totals::Change>& totals) const {
  for (LineState& line : project.state.lines) {
    // Unit, currency and mode of a line are known, and fixed, once the ledger has spoken of it.
    if (line.fiscal_year == 0 || line.amounts == line.counted) continue;
    totals.push_back({project.state.tenant, KeyOf(line), 0, line.amounts, line.counted});
    line.counted = line.amounts;
  }
  if (project.state.project_id.empty()) return;
  const TotalKey now = KeyOf(project.state);
  if (project.counted && now == project.counted_as) return;
  if (project.counted) totals.push_back({project.state.tenant, project.counted_as, -1, {}, {}});
  totals.push_back({project.state.tenant, now, 1, {}, {}});
  project.counted = true;
  project.counted_as = now;
}

void ProjectCache::Collect(Digest& digest, std::vector<StateRecord>& records,
                           std::vector<Totals::Change>& totals) {
  for (CachedProject* project : touched_) {
    project->queued = false;
    CountProject(*project, totals);
    CollectProject(*project, digest, records);
  }
  touched_.clear();
  for (CachedPayment* payment : touched_payments_) {
    payment->queued = false;
    if (!payment->state.mark.dirty) continue;
    std::string value;
    EncodePayment(payment->state, value);
    Replace(RecordHash(payment->key, value), payment->state.mark, digest);
    records.push_back({payment->key, std::move(value)});
  }
  touched_payments_.clear();
  for (auto& [key, tenant] : tenants_) {
    if (!tenant->mark.dirty) continue;
    std::string value;
    EncodeTenant(*tenant, value);
    Replace(RecordHash(key, value), tenant->mark, digest);
    records.push_back({key, std::move(value)});
  }
}

void ProjectCache::Trim() {
  if (payments_.size() > kPaymentsMax) payments_.clear();
  while (projects_.size() > projects_max_) {
    CachedProject* oldest = recent_.back();
    recent_.pop_back();
    projects_.erase(ProjectPrefix(oldest->state.tenant, oldest->state.key));
  }
}

void ProjectCache::Clear() {
  projects_.clear();
  recent_.clear();
  touched_.clear();
  touched_payments_.clear();
  payments_.clear();
  tenants_.clear();
}

}  // namespace fiscus::monitor

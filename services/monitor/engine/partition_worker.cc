#include "services/monitor/engine/partition_worker.h"

#include <condition_variable>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/core/status.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"
#include "services/monitor/codec/keys.h"
#include "services/monitor/codec/state_codec.h"
#include "services/monitor/engine/changelog.h"

namespace fiscus::monitor {
namespace {

constexpr absl::Duration kRetryPause = absl::Seconds(1);
// While commits are in flight the worker looks for acknowledgements this often, input or not.
constexpr absl::Duration kAckWait = absl::Milliseconds(5);

metrics::Labels LabelsOf(int partition) { return {{"partition", std::to_string(partition)}}; }

prometheus::Counter& Records(int partition, const char* fate) {
  metrics::Labels labels = LabelsOf(partition);
  labels["fate"] = fate;
  return metrics::Counter("fiscus_monitor_records_total", "Input records by what became of them",
                          labels);
}

// Handles are looked up once per partition.
struct Counters {
  explicit Counters(int partition)
      : applied(Records(partition, "applied")),
        duplicate(Records(partition, "duplicate")),
        foreign(Records(partition, "foreign")),
        outputs(metrics::Counter("fiscus_monitor_outputs_total", "Indicators and warnings given",
                                 LabelsOf(partition))),
        commits(
            metrics::Counter("fiscus_monitor_commits_total", "Local commits", LabelsOf(partition))),
        halted(metrics::Gauge("fiscus_monitor_halted", "1 while the partition is halted",
                              LabelsOf(partition))),
        next_offset(metrics::Gauge("fiscus_monitor_next_offset", "Next input offset",
                                   LabelsOf(partition))) {}
  prometheus::Counter& applied;
  prometheus::Counter& duplicate;
  prometheus::Counter& foreign;
  prometheus::Counter& outputs;
  prometheus::Counter& commits;
  prometheus::Gauge& halted;
  prometheus::Gauge& next_offset;
};

Counters& CountersOf(int partition) {
  static std::mutex mutex;
  static std::map<int, std::unique_ptr<Counters>> all;
  const std::lock_guard lock(mutex);
  std::unique_ptr<Counters>& counters = all[partition];
  if (counters == nullptr) counters = std::make_unique<Counters>(partition);
  return *counters;
}

}  // namespace

PartitionWorker::PartitionWorker(int partition, const RuleSet& rules, const StoreMemory& memory,
                                 WorkerOptions options, Transport& transport)
    : partition_(partition),
      rules_(rules),
      memory_(memory),
      options_(std::move(options)),
      transport_(transport),
      processor_(rules, options_.projects_max),
      markers_(std::make_unique<Delivery>()) {}

PartitionWorker::~PartitionWorker() {
  Abandon();
  transport_.Retire(std::move(markers_));
}

PartitionView PartitionWorker::View() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

// ---- opening ----

absl::Status PartitionWorker::Open() {
  Abandon();
  ASSIGN_OR_RETURN(const std::optional<Meta> marker, LastMarker(transport_, partition_));
  RETURN_IF_ERROR(OpenStore());
  absl::StatusOr<std::optional<Meta>> local = store_->ReadMeta();
  if (!local.ok() && local.status().code() != absl::StatusCode::kDataLoss) return local.status();
  const bool usable = local.ok() && local->has_value();
  if (usable && (!marker.has_value() || (*local)->next_offset >= marker->next_offset)) {
    meta_ = **local;
  } else if (marker.has_value()) {
    RETURN_IF_ERROR(RestoreFrom(*marker));
  } else {
    RETURN_IF_ERROR(StartAnew());
  }
  next_offset_ = meta_.next_offset;
  processor_.Bind(store_, meta_.digest);
  RETURN_IF_ERROR(CountTotals());
  RETURN_IF_ERROR(PublishBacklog(marker));
  ASSIGN_OR_RETURN(const LogBounds bounds, transport_.InputBounds(partition_));
  {
    const std::lock_guard lock(view_mutex_);
    view_ = {store_, next_offset_, ""};
  }
  CountersOf(partition_).halted.Set(0);
  if (next_offset_ < bounds.first || next_offset_ > bounds.end) {
    Halt(absl::StrCat("truncated: the log holds offsets ", bounds.first, " to ", bounds.end,
                      " and the next one is ", next_offset_,
                      "; publish the log again from the outboxes"));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(input_, transport_.OpenInput(partition_, next_offset_));
  log::Info("partition open", {{"partition", partition_}, {"next_offset", next_offset_}});
  return absl::OkStatus();
}

absl::Status PartitionWorker::OpenStore() {
  absl::StatusOr<std::shared_ptr<PartitionStore>> store =
      PartitionStore::Open(options_.directory, memory_);
  if (store.status().code() == absl::StatusCode::kDataLoss) {
    log::Error("state is damaged, restoring it",
               {{"partition", partition_}, {"error", store.status().ToString()}});
    RETURN_IF_ERROR(PartitionStore::Wipe(options_.directory));
    store = PartitionStore::Open(options_.directory, memory_);
  }
  ASSIGN_OR_RETURN(store_, std::move(store));
  return absl::OkStatus();
}

absl::Status PartitionWorker::RestoreFrom(const Meta& marker) {
  store_.reset();
  RETURN_IF_ERROR(PartitionStore::Wipe(options_.directory));
  RETURN_IF_ERROR(OpenStore());
  RETURN_IF_ERROR(options_.reach("monitor.before_restore"));
  const absl::Status restored = Restore(transport_, partition_, marker, *store_);
  if (restored.code() == absl::StatusCode::kDataLoss) {
    log::Error("changelog is incomplete, rebuilding from the log",
               {{"partition", partition_}, {"error", restored.ToString()}});
    return StartAnew();
  }
  RETURN_IF_ERROR(restored);
  meta_ = marker;
  log::Info("state restored from the changelog",
            {{"partition", partition_}, {"next_offset", meta_.next_offset}});
  return options_.reach("monitor.after_restore");
}

// An empty state belongs to the very beginning of the log; a log without its beginning shows as
// truncated.
absl::Status PartitionWorker::StartAnew() {
  store_.reset();
  RETURN_IF_ERROR(PartitionStore::Wipe(options_.directory));
  RETURN_IF_ERROR(OpenStore());
  meta_ = Meta{};
  return absl::OkStatus();
}

// What earlier runs committed and Kafka may lack: the outbox, in order, with its state records as
// they are now. Without any marker the changelog lacks everything.
absl::Status PartitionWorker::PublishBacklog(const std::optional<Meta>& marker) {
  ASSIGN_OR_RETURN(const std::vector<OutboxEntry> backlog, store_->ReadOutbox());
  std::vector<Output> outputs;
  std::map<std::string, std::string> records;
  for (const OutboxEntry& entry : backlog) {
    outputs.insert(outputs.end(), entry.outputs.begin(), entry.outputs.end());
    for (const std::string& key : entry.keys) records.emplace(key, "");
  }
  if (!marker.has_value() && meta_.next_offset > 0) {
    for (const char space : {kProjectSpace, kPaymentSpace, kTenantSpace}) {
      RETURN_IF_ERROR(store_->Scan(std::string(1, space), {},
                                   [&](std::string_view key, std::string_view /*value*/) {
                                     records.emplace(key, "");
                                     return true;
                                   }));
    }
  }
  std::vector<StateRecord> changed;
  for (auto& [key, unused] : records) {
    ASSIGN_OR_RETURN(std::optional<std::string> value, store_->Get(key));
    if (value.has_value()) changed.push_back({key, *std::move(value)});
  }
  const bool marked = marker.has_value() && marker->next_offset == meta_.next_offset &&
                      marker->day_cursor == meta_.day_cursor;
  if (backlog.empty() && changed.empty() && (marked || meta_.next_offset == 0))
    return absl::OkStatus();
  return Publish(backlog.empty() ? 0 : backlog.back().number, outputs, changed);
}

absl::Status PartitionWorker::CountTotals() {
  totals_.Reset();
  std::vector<Totals::Change> changes;
  ProjectState project;
  absl::Status status;
  RETURN_IF_ERROR(store_->Scan(
      std::string(1, kProjectSpace), {}, [&](std::string_view key, std::string_view value) {
        const ProjectOfKey parts = SplitProjectKey(key);
        if (parts.tenant != project.tenant || parts.project != project.key) {
          CountAll(project, changes);
          totals_.Apply(std::exchange(changes, {}));
          project = {};
          project.tenant = parts.tenant;
          project.key = parts.project;
        }
        status = DecodeInto(key, parts.rest, value, rules_, project);
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  CountAll(project, changes);
  totals_.Apply(changes);
  return absl::OkStatus();
}

// ---- one turn ----

absl::Status PartitionWorker::Turn() {
  if (stuck_ || input_ == nullptr) {
    transport_.AwaitAcks(options_.idle_wait);
    return Reap();
  }
  RETURN_IF_ERROR(MakeRoom());
  const absl::Duration wait = in_flight_.empty() ? options_.idle_wait : kAckWait;
  absl::StatusOr<std::vector<Input>> inputs = input_->Poll(options_.batch_max, wait);
  if (inputs.status().code() == absl::StatusCode::kDataLoss) {
    Halt(absl::StrCat("truncated: ", inputs.status().message(),
                      "; publish the log again from the outboxes"));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(inputs.status());
  RETURN_IF_ERROR(gap_.has_value() ? SearchGap(*inputs) : FoldAll(*inputs));
  RETURN_IF_ERROR(Commit());
  return Reap();
}

absl::Status PartitionWorker::FoldAll(const std::vector<Input>& inputs) {
  for (const Input& input : inputs) {
    ASSIGN_OR_RETURN(const bool go_on, FoldOne(input));
    if (!go_on) break;
  }
  return absl::OkStatus();
}

// False: the partition is halted at this record.
absl::StatusOr<bool> PartitionWorker::FoldOne(const Input& input) {
  Counters& counters = CountersOf(partition_);
  const auto decision = options_.overrides.find(input.offset);
  const bool skip = decision != options_.overrides.end() && decision->second == Decision::kSkip;
  const bool accept_gap =
      decision != options_.overrides.end() && decision->second == Decision::kAcceptGap;
  Outcome outcome;
  if (skip) {
    log::Warning("record passed over by an override",
                 {{"partition", partition_}, {"offset", input.offset}});
    RETURN_IF_ERROR(processor_.Skip(input));
  } else {
    ASSIGN_OR_RETURN(outcome, processor_.Apply(input, accept_gap));
  }
  switch (outcome.fate) {
    case Fate::kApplied:
      counters.applied.Increment();
      break;
    case Fate::kDuplicate:
      counters.duplicate.Increment();
      break;
    case Fate::kForeign:
      counters.foreign.Increment();
      break;
    case Fate::kDay:
      RETURN_IF_ERROR(CloseDay(input));
      counters.applied.Increment();
      return true;
    case Fate::kGap:
      RETURN_IF_ERROR(BeginGap(input, outcome.expected));
      return false;
    case Fate::kPoison:
      Halt(absl::StrCat("poison: offset ", input.offset, ", ", std::string(input.type), " of ",
                        std::string(input.head.aggregate), ": ", outcome.what));
      return false;
  }
  next_offset_ = input.offset + 1;
  behind_ = true;
  return true;
}

// Commits after each chunk of projects, so that neither memory nor one write grows with the number
// of projects.
absl::Status PartitionWorker::CloseDay(const Input& input) {
  RETURN_IF_ERROR(Commit());
  std::string cursor = meta_.next_offset == input.offset ? meta_.day_cursor : "";
  next_offset_ = input.offset;
  do {
    ASSIGN_OR_RETURN(cursor, processor_.CloseDay(input, cursor, options_.day_projects_max));
    if (cursor.empty()) next_offset_ = input.offset + 1;
    meta_.day_cursor = cursor;
    behind_ = true;
    RETURN_IF_ERROR(Commit());
    RETURN_IF_ERROR(MakeRoom());
  } while (!cursor.empty());
  return absl::OkStatus();
}

absl::Status PartitionWorker::BeginGap(const Input& input, int64_t missing) {
  gap_ = Gap{input.offset,
             std::string(input.head.aggregate),
             std::string(input.head.tenant),
             missing,
             input.head.sequence,
             0};
  Halt(absl::StrCat("gap: offset ", input.offset, " is event ", input.head.sequence, " of ",
                    gap_->aggregate, ", event ", missing, " is missing"));
  return input_->Seek(input.offset + 1);
}

// Looks for the missing events further on. What is found is applied there and then; its own record
// is a repeat later on. A replay of the same log finds the same, so the outcome stays the same.
absl::Status PartitionWorker::SearchGap(const std::vector<Input>& inputs) {
  for (const Input& input : inputs) {
    if (++gap_->scanned > options_.gap_scan_max) {
      stuck_ = true;
      log::Error(
          "missing event not found in the log",
          {{"partition", partition_}, {"aggregate", gap_->aggregate}, {"sequence", gap_->missing}});
      return absl::OkStatus();
    }
    const bool wanted = input.head.aggregate == gap_->aggregate &&
                        input.head.tenant == gap_->tenant && input.head.sequence == gap_->missing;
    if (!wanted) continue;
    ASSIGN_OR_RETURN(const Outcome outcome, processor_.Apply(input));
    if (outcome.fate != Fate::kApplied) continue;
    behind_ = true;
    if (++gap_->missing < gap_->sequence) continue;
    log::Info("missing events found, going on",
              {{"partition", partition_}, {"aggregate", gap_->aggregate}});
    const int64_t back = gap_->offset;
    gap_.reset();
    Resume();
    return input_->Seek(back);
  }
  return absl::OkStatus();
}

// ---- effects ----

absl::Status PartitionWorker::Commit() {
  if (!std::exchange(behind_, false)) return absl::OkStatus();
  std::vector<Totals::Change> totals;
  CommitBatch batch = processor_.Take(totals);
  batch.meta.next_offset = next_offset_;
  batch.meta.day_cursor = meta_.day_cursor;
  RETURN_IF_ERROR(options_.reach("monitor.before_commit"));
  ASSIGN_OR_RETURN(const uint64_t outbox, store_->Commit(batch));
  RETURN_IF_ERROR(options_.reach("monitor.after_commit"));
  meta_ = batch.meta;
  totals_.Apply(totals);
  Counters& counters = CountersOf(partition_);
  counters.commits.Increment();
  counters.outputs.Increment(static_cast<double>(batch.outputs.size()));
  counters.next_offset.Set(static_cast<double>(next_offset_));
  {
    const std::lock_guard lock(view_mutex_);
    view_.next_offset = next_offset_;
  }
  return Publish(outbox, batch.outputs, batch.records);
}

absl::Status PartitionWorker::Publish(uint64_t outbox, const std::vector<Output>& outputs,
                                      const std::vector<StateRecord>& records) {
  in_flight_.push_back({outbox, meta_, std::make_unique<Delivery>()});
  Delivery& delivery = *in_flight_.back().delivery;
  for (const Output& output : outputs) {
    RETURN_IF_ERROR(transport_.Publish(output, delivery, stop_));
    RETURN_IF_ERROR(options_.reach("monitor.after_output"));
  }
  for (const StateRecord& record : records) {
    RETURN_IF_ERROR(transport_.LogState(
        partition_, record.key, EncodeLogged(meta_.next_offset, record.value), delivery, stop_));
    RETURN_IF_ERROR(options_.reach("monitor.after_record"));
  }
  return absl::OkStatus();
}

absl::Status PartitionWorker::Reap() {
  uint64_t acknowledged = 0;
  while (!in_flight_.empty() && in_flight_.front().delivery->done()) {
    const InFlight& front = in_flight_.front();
    if (front.delivery->failed)
      return absl::UnavailableError("Kafka refused an output; sending the outbox again");
    RETURN_IF_ERROR(options_.reach("monitor.before_marker"));
    RETURN_IF_ERROR(transport_.LogState(
        partition_, kMarkerKey, EncodeLogged(front.meta.next_offset, EncodeMeta(front.meta)),
        *markers_, stop_));
    RETURN_IF_ERROR(options_.reach("monitor.after_marker"));
    acknowledged = std::max(acknowledged, front.outbox);
    in_flight_.pop_front();
  }
  if (acknowledged == 0) return absl::OkStatus();
  RETURN_IF_ERROR(store_->DropOutbox(acknowledged));
  return options_.reach("monitor.after_drop");
}

absl::Status PartitionWorker::MakeRoom() {
  RETURN_IF_ERROR(Reap());
  while (static_cast<int>(in_flight_.size()) >= options_.in_flight_max) {
    transport_.AwaitAcks(kAckWait);
    RETURN_IF_ERROR(Reap());
    RETURN_IF_ERROR(options_.reach("monitor.waiting"));
    if (stop_.stop_requested()) return absl::CancelledError("stopped while Kafka takes no more");
  }
  return absl::OkStatus();
}

// ---- state of the worker ----

void PartitionWorker::Halt(std::string why) {
  log::Error("partition halted", {{"partition", partition_}, {"why", why}});
  CountersOf(partition_).halted.Set(1);
  stuck_ = !gap_.has_value();  // a gap may still be filled
  const std::lock_guard lock(view_mutex_);
  view_.halted = std::move(why);
}

void PartitionWorker::Resume() {
  CountersOf(partition_).halted.Set(0);
  const std::lock_guard lock(view_mutex_);
  view_.halted.clear();
}

// Forgets all that is not committed.
void PartitionWorker::Abandon() {
  for (InFlight& one : in_flight_) transport_.Retire(std::move(one.delivery));
  in_flight_.clear();
  gap_.reset();
  stuck_ = false;
  behind_ = false;
  input_.reset();
  {
    const std::lock_guard lock(view_mutex_);
    view_.store.reset();
  }
  processor_.Bind(nullptr, {});
  store_.reset();
}

void PartitionWorker::Run(const std::stop_token& stop) {
  stop_ = stop;
  std::mutex mutex;
  std::condition_variable_any wake;
  absl::Status status = absl::UnavailableError("not open yet");
  bool first = true;
  while (!stop.stop_requested()) {
    if (status.ok()) {
      status = Turn();
      continue;
    }
    if (!std::exchange(first, false)) {
      log::Warning("partition opens anew",
                   {{"partition", partition_}, {"error", status.ToString()}});
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop, absl::ToChronoMilliseconds(kRetryPause), [] { return false; });
      if (stop.stop_requested()) return;
    }
    status = Open();
  }
}

}  // namespace fiscus::monitor

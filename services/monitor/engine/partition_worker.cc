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

std::string Poison(const Input& input, const Outcome& outcome) {
  return absl::StrCat("poison: offset ", input.offset, ", ", std::string(input.type), " of ",
                      std::string(input.head.aggregate), ": ", outcome.what);
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
  ASSIGN_OR_RETURN(const ChangelogEnd end, ReadEnd(transport_, partition_));
  RETURN_IF_ERROR(OpenStore());
  absl::StatusOr<std::optional<Meta>> local = store_->ReadMeta();
  if (!local.ok() && local.status().code() != absl::StatusCode::kDataLoss) return local.status();
  const bool usable = local.ok() && local->has_value();
  if (usable && (!end.marker.has_value() || (*local)->at >= end.marker->at)) {
    meta_ = **local;
  } else if (end.marker.has_value()) {
    RETURN_IF_ERROR(RestoreFrom(end));
  } else {
    RETURN_IF_ERROR(StartAnew(end.life + 1));
  }
  if (meta_.rules != rules_.digest || meta_.epoch.empty()) {
    meta_.epoch = EpochAfter(meta_.epoch, rules_.digest, meta_.at.next_offset, meta_.at.step);
    meta_.rules = rules_.digest;
  }
  next_offset_ = meta_.at.next_offset;
  processor_.Bind(store_, meta_.digest, meta_.epoch);
  RETURN_IF_ERROR(CountTotals());
  RETURN_IF_ERROR(PublishBacklog(end.marker));
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

absl::Status PartitionWorker::RestoreFrom(const ChangelogEnd& end) {
  store_.reset();
  RETURN_IF_ERROR(PartitionStore::Wipe(options_.directory));
  RETURN_IF_ERROR(OpenStore());
  RETURN_IF_ERROR(options_.reach("monitor.before_restore"));
  const absl::Status restored = Restore(transport_, partition_, *end.marker, *store_);
  if (restored.code() == absl::StatusCode::kDataLoss) {
    log::Error("changelog is incomplete, rebuilding from the log",
               {{"partition", partition_}, {"error", restored.ToString()}});
    return StartAnew(end.life + 1);
  }
  RETURN_IF_ERROR(restored);
  meta_ = *end.marker;
  log::Info("state restored from the changelog",
            {{"partition", partition_}, {"next_offset", meta_.at.next_offset}});
  return options_.reach("monitor.after_restore");
}

// An empty state belongs to the very beginning of the log; a log without its beginning shows as
// truncated. Another life sets its records apart from those that the changelog holds of earlier
// ones.
absl::Status PartitionWorker::StartAnew(int64_t life) {
  store_.reset();
  RETURN_IF_ERROR(PartitionStore::Wipe(options_.directory));
  RETURN_IF_ERROR(OpenStore());
  meta_ = Meta{.at = {.life = life}};
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
  const bool begun = meta_.at.next_offset > 0 || meta_.at.step > 0;
  if (!marker.has_value() && begun) {
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
  const bool marked = marker.has_value() && marker->at == meta_.at;
  if (backlog.empty() && changed.empty() && (marked || !begun)) return absl::OkStatus();
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

// Folds a record, or does with it what an operator has decided.
absl::StatusOr<Outcome> PartitionWorker::Decide(const Input& input) {
  const auto decision = options_.overrides.find(input.offset);
  if (decision == options_.overrides.end()) return processor_.Apply(input);
  if (decision->second == Decision::kAcceptGap) return processor_.Apply(input, true);
  log::Warning("record passed over by an override",
               {{"partition", partition_}, {"offset", input.offset}});
  RETURN_IF_ERROR(processor_.Skip(input));
  return Outcome{};
}

// False: the partition is halted at this record.
absl::StatusOr<bool> PartitionWorker::FoldOne(const Input& input) {
  Counters& counters = CountersOf(partition_);
  ASSIGN_OR_RETURN(const Outcome outcome, Decide(input));
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
      RETURN_IF_ERROR(CloseDay(input, input.offset + 1));
      counters.applied.Increment();
      return true;
    case Fate::kGap:
      RETURN_IF_ERROR(BeginGap(input, outcome.expected));
      return false;
    case Fate::kPoison:
      Halt(Poison(input, outcome));
      return false;
  }
  next_offset_ = input.offset + 1;
  behind_ = true;
  return true;
}

// Commits after each chunk of projects, so that neither memory nor one write grows with the number
// of projects. `next_offset` is what is to be read once the day is done.
absl::Status PartitionWorker::CloseDay(const Input& input, int64_t next_offset) {
  RETURN_IF_ERROR(Commit());
  std::string cursor = meta_.day_offset == input.offset ? meta_.day_cursor : "";
  do {
    ASSIGN_OR_RETURN(cursor, processor_.CloseDay(input, cursor, options_.day_projects_max));
    if (cursor.empty()) next_offset_ = next_offset;
    meta_.day_offset = cursor.empty() ? -1 : input.offset;
    meta_.day_cursor = cursor;
    behind_ = true;
    RETURN_IF_ERROR(Commit());
    RETURN_IF_ERROR(MakeRoom());
  } while (!cursor.empty());
  return absl::OkStatus();
}

absl::Status PartitionWorker::BeginGap(const Input& input, int64_t missing) {
  gap_ = Gap{input.offset, std::string(input.head.aggregate), std::string(input.head.tenant),
             missing, input.head.sequence};
  Halt(absl::StrCat("gap: offset ", input.offset, " is event ", input.head.sequence, " of ",
                    gap_->aggregate, ", event ", missing, " is missing"));
  return input_->Seek(input.offset + 1);
}

// Looks for the missing events further on, to the end of the log and then in what comes. What is
// found is applied there and then; its own record is a repeat later on. A replay of the same log
// finds the same, so the outcome stays the same.
absl::Status PartitionWorker::SearchGap(const std::vector<Input>& inputs) {
  for (const Input& input : inputs) {
    const bool wanted = input.head.aggregate == gap_->aggregate &&
                        input.head.tenant == gap_->tenant && input.head.sequence == gap_->missing;
    if (!wanted) continue;
    ASSIGN_OR_RETURN(const Outcome outcome, Decide(input));
    if (outcome.fate == Fate::kPoison) {
      Halt(Poison(input, outcome));
      stuck_ = true;
      return absl::OkStatus();
    }
    if (outcome.fate == Fate::kDuplicate || outcome.fate == Fate::kGap) continue;  // of another key
    if (outcome.fate == Fate::kDay) RETURN_IF_ERROR(CloseDay(input, next_offset_));
    behind_ = true;
    // The next one missing may lie before this one.
    if (++gap_->missing < gap_->sequence) return input_->Seek(gap_->offset + 1);
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
  Meta meta = meta_;
  meta.digest = batch.meta.digest;
  meta.at.step = next_offset_ == meta.at.next_offset ? meta.at.step + 1 : 0;
  meta.at.next_offset = next_offset_;
  batch.meta = std::move(meta);
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
    RETURN_IF_ERROR(transport_.LogState(partition_, record.key,
                                        EncodeLogged(meta_.at, record.value), delivery, stop_));
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
    RETURN_IF_ERROR(transport_.LogState(partition_, kMarkerKey,
                                        EncodeLogged(front.meta.at, EncodeMeta(front.meta)),
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
  processor_.Bind(nullptr, {}, {});
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

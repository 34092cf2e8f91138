#include "libs/events/outbox.h"

#include <map>

#include "libs/core/status.h"
#include "libs/events/migrations.h"
#include "libs/events/queries.h"
#include "libs/events/wakeup.h"
#include "libs/runtime/clock.h"

namespace fiscus::events {
namespace {

// The aggregate's own id: what follows the last slash.
std::string OwnId(const std::string& aggregate) {
  return aggregate.substr(aggregate.rfind('/') + 1);
}

absl::Status CheckSize(const Event& event) {
  if (event.payload.size() <= kPayloadBytesMax) return absl::OkStatus();
  return Refuse(absl::StatusCode::kInvalidArgument, "EVENT_TOO_LARGE",
                "what this would publish is larger than the log takes; divide it",
                {{"type", event.type},
                 {"bytes", std::to_string(event.payload.size())},
                 {"bytes_max", std::to_string(kPayloadBytesMax)}},
                kCommonDomain);
}

// Gives every event its sequence, in order within each aggregate.
absl::StatusOr<std::vector<int64_t>> TakeSequences(pg::Tx& tx,
                                                   const std::vector<CallEvent>& events) {
  // Sorted: two transactions that touch the same aggregates lock them in the same order.
  std::map<std::string, int64_t> counts;
  for (const CallEvent& item : events) ++counts[item.event.aggregate];
  std::vector<std::string> aggregates;
  std::vector<int64_t> numbers;
  for (const auto& [aggregate, count] : counts) {
    aggregates.push_back(aggregate);
    numbers.push_back(count);
  }
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kAdvanceSequences,
                          pg::Args().Text(tx.tenant()).TextArray(aggregates).IntArray(numbers)));
  std::map<std::string, int64_t> next;
  for (const pg::Row row : rows) {
    const std::string aggregate = row.Text("aggregate");
    next[aggregate] = row.Int("last_sequence") - counts[aggregate] + 1;
  }
  std::vector<int64_t> sequences;
  for (const CallEvent& item : events) sequences.push_back(next[item.event.aggregate]++);
  return sequences;
}

absl::StatusOr<std::vector<int64_t>> Insert(pg::Tx& tx, const std::vector<CallEvent>& events,
                                            bool broadcast) {
  if (events.empty()) return std::vector<int64_t>{};
  for (const CallEvent& item : events) RETURN_IF_ERROR(CheckSize(item.event));
  ASSIGN_OR_RETURN(std::vector<int64_t> sequences, TakeSequences(tx, events));
  std::vector<std::string> ids, aggregates, keys, types, subjects, payloads, actors, traces;
  for (const auto& [call, event] : events) {
    ids.push_back(NewUuid());
    aggregates.push_back(event.aggregate);
    keys.push_back(event.key.empty() ? OwnId(event.aggregate) : event.key);
    types.push_back(event.type);
    subjects.push_back(event.subject.empty() ? event.aggregate : event.subject);
    payloads.push_back(event.payload);
    actors.push_back(call->Actor());
    traces.push_back(call->traceparent);
  }
  RETURN_IF_ERROR(tx.Run(sql::kInsertOutbox, pg::Args()
                                                 .Text(tx.tenant())
                                                 .TextArray(ids)
                                                 .TextArray(aggregates)
                                                 .IntArray(sequences)
                                                 .TextArray(keys)
                                                 .TextArray(types)
                                                 .TextArray(subjects)
                                                 .BytesArray(payloads)
                                                 .Bool(broadcast)
                                                 .TextArray(actors)
                                                 .TextArray(traces)
                                                 .Time(SystemClock().Now()))
                      .status());
  tx.OnCommit([] { Wakeup::Instance().Notify(); });
  return sequences;
}

}  // namespace

Event MakeEvent(std::string aggregate, std::string key, const google::protobuf::Message& payload) {
  return {.aggregate = std::move(aggregate),
          .key = std::move(key),
          .subject = "",
          .type = payload.GetDescriptor()->full_name(),
          .payload = payload.SerializeAsString()};
}

absl::StatusOr<std::vector<int64_t>> Append(pg::Tx& tx, const Call& call,
                                            const std::vector<Event>& events) {
  std::vector<CallEvent> items;
  for (const Event& event : events) items.push_back({&call, event});
  return Insert(tx, items, false);
}

absl::StatusOr<std::vector<int64_t>> AppendGroup(pg::Tx& tx, const std::vector<CallEvent>& events) {
  return Insert(tx, events, false);
}

absl::Status AppendBroadcast(pg::Tx& tx, const Call& call, const Event& event) {
  return Insert(tx, {{&call, event}}, true).status();
}

pg::MigrationSet Migrations() { return {.module = "events", .migrations = kMigrations}; }

}  // namespace fiscus::events

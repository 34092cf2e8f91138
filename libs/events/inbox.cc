#include "libs/events/inbox.h"

#include "libs/core/status.h"
#include "libs/events/queries.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/failpoint.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::events {
namespace {

constexpr absl::Duration kTimeLimit = absl::Seconds(10);

absl::Time Deadline() { return SystemClock().Now() + kTimeLimit; }

bool IsWellFormed(const Record& record) {
  return !record.type.empty() && !record.tenant.empty() && !record.aggregate.empty() &&
         record.sequence > 0;
}

}  // namespace

absl::StatusOr<int64_t> Inbox::NextOffset(int partition) {
  int64_t next = 0;
  RETURN_IF_ERROR(database_.Read("", Deadline(), [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const pg::Rows rows,
                     tx.Run(sql::kLoadOffset, pg::Args().Text(name_).Text(topic_).Int(partition)));
    next = rows.empty() ? 0 : rows[0].Int("next_offset");
    return absl::OkStatus();
  }));
  return next;
}

absl::Status Inbox::Begin(int partition, int64_t offset) {
  return database_.Write("", Deadline(), [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(
        tx.Run(sql::kLockOffset, pg::Args().Text(name_).Text(topic_).Int(partition)).status());
    return tx.RunExactly(1, sql::kSaveOffset,
                         pg::Args().Text(name_).Text(topic_).Int(partition).Int(offset));
  });
}

absl::StatusOr<bool> Inbox::StandsAt(pg::Tx& tx, int partition, int64_t offset) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLockOffset, pg::Args().Text(name_).Text(topic_).Int(partition)));
  return rows[0].Int("next_offset") <= offset;
}

absl::Status Inbox::MoveOn(pg::Tx& tx, const Record& record, int64_t stands_at) {
  if (record.offset != stands_at) return absl::OkStatus();  // the partition stands where it stood
  return tx.RunExactly(
      1, sql::kSaveOffset,
      pg::Args().Text(name_).Text(topic_).Int(record.partition).Int(record.offset + 1));
}

absl::Status Inbox::SaveSequence(pg::Tx& tx, const Record& record) {
  return tx
      .Run(sql::kSaveSequence, pg::Args()
                                   .Text(name_)
                                   .Int(record.partition)
                                   .Text(record.tenant)
                                   .Text(record.aggregate)
                                   .Int(record.sequence))
      .status();
}

absl::Status Inbox::ApplyIn(pg::Tx& tx, const Record& record, int64_t stands_at, bool accept_gap,
                            int64_t* missing) {
  *missing = 0;
  ASSIGN_OR_RETURN(const bool stands, StandsAt(tx, record.partition, stands_at));
  if (!stands) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(
          sql::kLoadSequence,
          pg::Args().Text(name_).Int(record.partition).Text(record.tenant).Text(record.aggregate)));
  const int64_t last = rows.empty() ? 0 : rows[0].Int("last_sequence");
  if (record.sequence > last + 1 && !accept_gap) {
    *missing = last + 1;
    return absl::OkStatus();
  }
  if (record.sequence > last) {
    const auto handler = handlers_.find(record.type);
    if (handler != handlers_.end()) RETURN_IF_ERROR(handler->second(tx, record));
    RETURN_IF_ERROR(SaveSequence(tx, record));
  }
  return MoveOn(tx, record, stands_at);
}

absl::StatusOr<int64_t> Inbox::Apply(const Record& record, int64_t stands_at, bool accept_gap) {
  int64_t missing = 0;
  if (!IsWellFormed(record)) {
    RETURN_IF_ERROR(PutAside(record, stands_at, "CloudEvents headers are missing"));
    return missing;
  }
  failpoint::Reach("consumer.before_apply");
  const absl::Status applied = database_.Write(record.tenant, Deadline(), [&](pg::Tx& tx) {
    return ApplyIn(tx, record, stands_at, accept_gap, &missing);
  });
  failpoint::Reach("consumer.after_apply");
  if (absl::IsInvalidArgument(applied)) {
    RETURN_IF_ERROR(PutAside(record, stands_at, std::string(applied.message())));
    return missing;
  }
  RETURN_IF_ERROR(applied);
  return missing;
}

absl::Status Inbox::PutAsideIn(pg::Tx& tx, const Record& record, int64_t stands_at,
                               const std::string& reason) {
  ASSIGN_OR_RETURN(const bool stands, StandsAt(tx, record.partition, stands_at));
  if (!stands) return absl::OkStatus();
  RETURN_IF_ERROR(tx.Run(sql::kInsertDeadLetter, pg::Args()
                                                     .Text(name_)
                                                     .Text(topic_)
                                                     .Int(record.partition)
                                                     .Int(record.offset)
                                                     .Text(reason)
                                                     .Text(record.type)
                                                     .Bytes(record.payload))
                      .status());
  if (IsWellFormed(record)) RETURN_IF_ERROR(SaveSequence(tx, record));
  return MoveOn(tx, record, stands_at);
}

absl::Status Inbox::PutAside(const Record& record, int64_t stands_at, const std::string& reason) {
  RETURN_IF_ERROR(database_.Write(record.tenant, Deadline(), [&](pg::Tx& tx) {
    return PutAsideIn(tx, record, stands_at, reason);
  }));
  log::Error("record put aside", {{"consumer", name_},
                                  {"topic", topic_},
                                  {"partition", record.partition},
                                  {"offset", record.offset},
                                  {"error", reason}});
  metrics::Counter("fiscus_consumer_dead_letters_total", "Records that can never be applied",
                   {{"consumer", name_}})
      .Increment();
  return absl::OkStatus();
}

}  // namespace fiscus::events

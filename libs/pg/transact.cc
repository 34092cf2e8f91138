#include "libs/pg/transact.h"

#include <algorithm>
#include <thread>

#include "libs/core/dates.h"
#include "libs/core/text.h"
#include "libs/pg/queries.h"
#include "libs/runtime/clock.h"
#include "libs/runtime/metrics.h"

namespace fiscus::pg {
namespace {

constexpr absl::Duration kPauseFirst = absl::Milliseconds(5);
constexpr absl::Duration kPauseMax = absl::Milliseconds(250);

bool WorthRetrying(const absl::Status& status) {
  if (RefusalOf(status).has_value()) return false;
  return status.code() == absl::StatusCode::kAborted ||
         status.code() == absl::StatusCode::kUnavailable;
}

std::string DigestOrEmpty(const std::string& bytes) { return bytes.empty() ? "" : Sha256(bytes); }

// Was the request answered before? Then `answer` is what it was answered.
absl::StatusOr<bool> Answered(Tx& tx, const Call& call, std::string& answer) {
  static prometheus::Counter& replays =
      metrics::Counter("fiscus_transact_replays_total", "Repeated requests answered as before");
  ASSIGN_OR_RETURN(const std::vector<RequestRecord> found, FindRequests(tx, {call.request_id}));
  if (found.empty()) return false;
  if (found[0].method != call.method || found[0].digest != call.request_digest)
    return RequestIdReused(call.request_id);
  answer = found[0].answer;
  replays.Increment();
  return true;
}

// The body failed, perhaps because the same request ran beside it and was first: then the answer of
// that one counts. In a transaction of its own, because the failed one may be unusable.
absl::Status AnswerOfTwin(Database& database, const Call& call, absl::Status failure,
                          std::string& answer) {
  bool answered = false;
  const absl::Status read =
      database.Read(call.caller.tenant, call.deadline, [&](Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(answered, Answered(tx, call, answer));
        return absl::OkStatus();
      });
  if (RefusalOf(read).has_value()) return read;
  return answered ? absl::OkStatus() : std::move(failure);
}

}  // namespace

absl::Status RequestIdReused(const std::string& request_id) {
  return Refuse(
      absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
      "request_id " + request_id + " was used for another request; make a new id for a new request",
      {{"request_id", request_id}}, kCommonDomain);
}

absl::StatusOr<std::vector<RequestRecord>> FindRequests(
    Tx& tx, const std::vector<std::string>& request_ids) {
  ASSIGN_OR_RETURN(const Rows rows,
                   tx.Run(sql::kFindRequests, Args().Text(tx.tenant()).TextArray(request_ids)));
  std::vector<RequestRecord> records;
  for (const Row row : rows) {
    records.push_back({.request_id = row.Text("request_id"),
                       .method = row.Text("method"),
                       .digest = row.Bytes("digest"),
                       .answer = row.Bytes("answer")});
  }
  return records;
}

absl::Status InsertRequests(Tx& tx, const std::vector<RequestRecord>& records, absl::Time now) {
  std::vector<std::string> ids;
  std::vector<std::string> methods;
  std::vector<std::string> digests;
  std::vector<std::string> answers;
  for (const RequestRecord& record : records) {
    ids.push_back(record.request_id);
    methods.push_back(record.method);
    digests.push_back(record.digest);
    answers.push_back(record.answer);
  }
  return tx
      .Run(sql::kInsertRequests, Args()
                                     .Text(tx.tenant())
                                     .TextArray(ids)
                                     .TextArray(methods)
                                     .BytesArray(digests)
                                     .BytesArray(answers)
                                     .Time(now))
      .status();
}

absl::Status InsertAudit(Tx& tx, const std::vector<AuditRecord>& records) {
  std::vector<std::string> times, actors, behalf, intents, methods, ids, subjects, before, after,
      traces;
  for (const AuditRecord& record : records) {
    times.push_back(FormatTimestamp(record.call.now));
    actors.push_back(record.call.caller.subject);
    behalf.push_back(record.call.caller.on_behalf_of);
    intents.push_back(record.call.intent);
    methods.push_back(record.call.method);
    ids.push_back(record.call.request_id);
    subjects.push_back(record.subject);
    before.push_back(DigestOrEmpty(record.before));
    after.push_back(DigestOrEmpty(record.after));
    traces.push_back(record.call.traceparent);
  }
  return tx
      .Run(sql::kInsertAudit, Args()
                                  .Text(tx.tenant())
                                  .TextArray(times)
                                  .TextArray(actors)
                                  .TextArray(behalf)
                                  .TextArray(intents)
                                  .TextArray(methods)
                                  .TextOrNullArray(ids)
                                  .TextArray(subjects)
                                  .BytesArray(before)
                                  .BytesArray(after)
                                  .TextArray(traces))
      .status();
}

absl::Status TransactBytes(Database& database, const Call& call,
                           const std::function<absl::Status(Tx&, std::string& answer)>& body,
                           std::string& answer) {
  if (call.request_id.empty())
    return absl::InternalError(call.method + " writes, but its request has no request_id");
  static prometheus::Counter& retries =
      metrics::Counter("fiscus_transact_retries_total", "Writes run again after a conflict");
  const auto attempt = [&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const bool answered, Answered(tx, call, answer));
    if (answered) return absl::OkStatus();
    RETURN_IF_ERROR(body(tx, answer));
    RETURN_IF_ERROR(tx.WriteAudit(call));
    absl::Status inserted = InsertRequests(tx,
                                           {{.request_id = call.request_id,
                                             .method = call.method,
                                             .digest = call.request_digest,
                                             .answer = answer}},
                                           call.now);
    // The same request ran beside us and was first: run again and find its answer.
    if (inserted.code() == absl::StatusCode::kAlreadyExists)
      return absl::AbortedError(inserted.message());
    return inserted;
  };
  absl::Duration pause = kPauseFirst;
  for (;;) {
    absl::Status status = database.WriteOnce(call.caller.tenant, call.deadline, attempt, nullptr);
    if (status.ok()) return status;
    if (!WorthRetrying(status)) return AnswerOfTwin(database, call, std::move(status), answer);
    // An uncertain commit is retried too: the request record says whether it happened.
    if (SystemClock().Now() + pause >= call.deadline)
      return absl::UnavailableError(status.message());
    retries.Increment();
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause));
    pause = std::min(pause * 2, kPauseMax);
  }
}

absl::Status Tx::WriteAudit(const Call& call) {
  return InsertAudit(
      *this,
      {{.call = call, .subject = audit_subject_, .before = audit_before_, .after = audit_after_}});
}

}  // namespace fiscus::pg

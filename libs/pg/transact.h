// The one write path of RPCs: request record → body → audit record, in one transaction, with retry.
//
// Same request id and same body → the stored answer, without running the body; other body →
// REQUEST_ID_REUSED (ALREADY_EXISTS). Serialisation failures, deadlocks and lost connections are
// retried while time is left; an uncertain commit is resolved through the request record. Only
// answers are recorded, not refusals: a refused request may be tried again with the same id. Of two
// that run at once, the second gets the answer of the first, also where its body then refuses.
// Request ids are per tenant and service; records are kept (≥ 30 days for money). Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message_lite.h"
#include "libs/core/status.h"
#include "libs/pg/database.h"
#include "libs/runtime/call.h"

namespace fiscus::pg {

// Type-erased core of Transact. `body` fills `answer` with serialised bytes.
absl::Status TransactBytes(Database& database, const Call& call,
                           const std::function<absl::Status(Tx&, std::string& answer)>& body,
                           std::string& answer);

template <class Response>
absl::StatusOr<Response> Transact(Database& database, const Call& call,
                                  const std::function<absl::StatusOr<Response>(Tx&)>& body) {
  std::string bytes;
  absl::Status status = TransactBytes(
      database, call,
      [&](Tx& tx, std::string& answer) -> absl::Status {
        ASSIGN_OR_RETURN(const Response response, body(tx));
        answer = response.SerializeAsString();
        return absl::OkStatus();
      },
      bytes);
  if (!status.ok()) return status;
  Response response;
  if (!response.ParseFromString(bytes))
    return absl::InternalError("the stored answer cannot be read");
  return response;
}

// A dry run (validate_only): the body runs in a transaction that is always rolled back; no request
// or audit record.
template <class Response>
absl::StatusOr<Response> Rehearse(Database& database, const Call& call,
                                  const std::function<absl::StatusOr<Response>(Tx&)>& body) {
  absl::StatusOr<Response> response = absl::UnknownError("not run");
  const absl::Status status = database.WriteOnce(
      call.caller.tenant, call.deadline,
      [&](Tx& tx) -> absl::Status {
        response = body(tx);
        return absl::CancelledError("rehearsal");
      },
      nullptr);
  if (status.code() != absl::StatusCode::kCancelled && response.ok()) return status;
  return response;
}

// The pieces, for writers that group many requests into one transaction (the ledger).
struct RequestRecord {
  std::string request_id;
  std::string method;
  std::string digest;  // SHA-256 of the request
  std::string answer;  // serialised; for groups that also record refusals, their own encoding
};
// Records found among these ids, in any order. Locks nothing.
absl::StatusOr<std::vector<RequestRecord>> FindRequests(
    Tx& tx, const std::vector<std::string>& request_ids);
// Inserts; ALREADY_EXISTS if one of the ids was inserted meanwhile (retry: it is then found).
absl::Status InsertRequests(Tx& tx, const std::vector<RequestRecord>& records, absl::Time now);
// REQUEST_ID_REUSED.
absl::Status RequestIdReused(const std::string& request_id);

struct AuditRecord {
  Call call;            // who, on whose behalf, intent, method, request id
  std::string subject;  // e.g. "budget-lines/<id>"
  std::string before;   // digested
  std::string after;    // digested
};
absl::Status InsertAudit(Tx& tx, const std::vector<AuditRecord>& records);

}  // namespace fiscus::pg

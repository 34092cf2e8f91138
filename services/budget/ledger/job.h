// What the ledger engine is asked to do, and what it answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "libs/runtime/call.h"
#include "services/budget/domain/ledger.h"

namespace fiscus::budget {

// A request as its record knows it.
struct RequestKey {
  std::string request_id;
  std::string method;
  std::string digest;  // SHA-256 of method and body

  friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

// One command of a job.
struct JobItem {
  Command command;
  RequestKey key;
  bool dry_run = false;  // decide only: no effect, no record
  // Items next to each other with the same bundle are carried out all or none, and a digest of
  // theirs covers all of them; empty: the item stands alone.
  std::string bundle;
};

// How one command ended: the answer, or its refusal. `replayed`: the request had been answered
// before.
struct ItemAnswer {
  absl::StatusOr<v1::LedgerResponse> response = absl::UnknownError("not answered");
  bool replayed = false;
};

// The commands of one call, executed in order in one transaction with those of other calls. A
// command that is refused touches no other than those of its bundle. Move-only.
struct Job {
  Call call;                        // who, until when
  std::vector<JobItem> items;       // 1..1,000
  std::optional<RequestKey> batch;  // the batch's own request, if the call is a batch
  // The items see each other's effects, and then all of them are forgotten: no effect, no record.
  bool rehearsal = false;
  // Called once, on the engine's thread, after the commit: one answer per item, or an error for the
  // whole call.
  absl::AnyInvocable<void(absl::StatusOr<std::vector<ItemAnswer>>)> done;
};

}  // namespace fiscus::budget

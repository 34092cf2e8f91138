// Domain values → protos: the only place that knows both. Thread-safe (pure).
#pragma once

#include <string>
#include <vector>

#include "fiscus/budget/v1/budget.pb.h"
#include "fiscus/budget/v1/budget_service.pb.h"
#include "fiscus/budget/v1/events.pb.h"
#include "services/budget/domain/ledger.h"
#include "services/budget/store/line_store.h"

namespace fiscus::budget {

v1::Balances ToProto(const Balances& balances);
v1::BudgetLine ToProto(const LineHead& head, const LineStanding& standing);
v1::BudgetLine ToProto(const Line& line);
v1::JournalEntry ToProto(const StoredEntry& stored);
v1::Reservation ToProto(const Reservation& reservation);
v1::ToleranceNotice ToProto(const ToleranceNotice& notice);
v1::ToleranceProfile ToProto(const ToleranceProfile& profile);

// The entries of a decision as they are stored.
std::vector<StoredEntry> StoredEntriesOf(const Decision& decision, absl::Time recorded_at,
                                         const std::string& request_id, const std::string& actor);
// The answer to a command. `entries` are those of the decision, in its order.
v1::LedgerResponse ToResponse(const Decision& decision, const std::vector<StoredEntry>& entries);
// The fact of the decision's i-th posting.
v1::EntryPosted EntryPostedOf(const Decision& decision, size_t i, const StoredEntry& stored);
// The fact that a command on a controlled line was refused.
v1::CommandRefused CommandRefusedOf(const Line& line, const Command& command,
                                    const Refusal& refusal);

// Aggregates of events: "budget-lines/<id>", "refusals/<line id>".
std::string LineAggregate(const std::string& line_id);
std::string RefusalAggregate(const std::string& line_id);

}  // namespace fiscus::budget

// State ↔ bytes of its records (keys.h). Each begins with a format number; bytes of another format
// are refused, and the state is then rebuilt from the log. Rules are kept by id, so a rule set may
// change between two runs.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/monitor/predicates/all.h"
#include "services/monitor/projections/state.h"

namespace fiscus::monitor {

// Raise when the meaning or layout of any record changes, or what is derived from the same events:
// the state is then rebuilt, and its outputs begin another epoch (output_codec.h).
inline constexpr uint64_t kStateFormat = 2;

void EncodeCore(const ProjectState& project, const RuleSet& rules, std::string& out);
void EncodeBaseline(const Baseline& baseline, const RuleSet& rules, std::string& out);
void EncodeContract(const ContractState& contract, const RuleSet& rules, std::string& out);
void EncodeLine(const LineState& line, const RuleSet& rules, std::string& out);
void EncodePayment(const PaymentState& payment, std::string& out);
void EncodeTenant(const TenantState& tenant, std::string& out);

// Adds the record to the project; `rest` is the key's kind and id. Marks are clean and hold the
// record's hash. DATA_LOSS: not ours or another format.
absl::Status DecodeInto(std::string_view key, std::string_view rest, std::string_view value,
                        const RuleSet& rules, ProjectState& project);
absl::Status Decode(std::string_view key, std::string_view value, PaymentState& payment);
absl::Status Decode(std::string_view key, std::string_view value, TenantState& tenant);

}  // namespace fiscus::monitor

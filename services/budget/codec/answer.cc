#include "services/budget/codec/answer.h"

#include "fiscus/type/v1/type.pb.h"
#include "libs/core/status.h"

namespace fiscus::budget {
namespace {

// The first byte says what follows.
constexpr char kAccepted = 'A';  // LedgerResponse
constexpr char kRefused = 'R';   // ItemStatus
constexpr char kBatch = 'B';     // nothing

}  // namespace

std::string EncodeAnswer(const v1::LedgerResponse& response) {
  std::string bytes(1, kAccepted);
  response.AppendToString(&bytes);
  return bytes;
}

std::string EncodeAnswer(const Refusal& refusal) {
  type::v1::ItemStatus status;
  status.set_code(static_cast<int32_t>(ReasonCode(refusal.reason)));
  status.set_reason(std::string(ReasonName(refusal.reason)));
  status.set_message(refusal.message);
  for (const auto& [name, value] : refusal.figures) (*status.mutable_metadata())[name] = value;
  std::string bytes(1, kRefused);
  status.AppendToString(&bytes);
  return bytes;
}

std::string EncodeBatchMark() { return std::string(1, kBatch); }

absl::StatusOr<v1::LedgerResponse> DecodeAnswer(std::string_view bytes) {
  const std::string body(bytes.empty() ? bytes : bytes.substr(1));
  if (!bytes.empty() && bytes[0] == kAccepted) {
    v1::LedgerResponse response;
    if (response.ParseFromString(body)) return response;
  }
  type::v1::ItemStatus status;
  if (!bytes.empty() && bytes[0] == kRefused && status.ParseFromString(body)) {
    Figures figures(status.metadata().begin(), status.metadata().end());
    return Refuse(static_cast<absl::StatusCode>(status.code()), status.reason(), status.message(),
                  std::move(figures), kReasonDomain);
  }
  return absl::InternalError("a stored answer of the ledger cannot be read");
}

}  // namespace fiscus::budget

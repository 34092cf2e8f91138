// ListEntries: the journal of a line, oldest first.
#include <charconv>

#include "fiscus/budget/v1/budget_service.handlers.h"
#include "libs/core/status.h"
#include "libs/rpc/page_token.h"
#include "services/budget/codec/convert.h"
#include "services/budget/deps.h"

namespace fiscus::budget {
namespace {

// Tokens are authenticated, so their position is a number that we wrote.
int64_t VersionOf(const std::vector<std::string>& position) {
  int64_t version = 0;
  if (position.empty()) return version;
  const std::string& text = position.front();
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

}  // namespace

absl::StatusOr<v1::ListEntriesResponse> ListEntries(const Deps& deps, const Call& call,
                                                    const v1::ListEntriesRequest& request) {
  ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<std::string> position, rpc::OpenPageToken(call, request));
  std::vector<StoredEntry> entries;
  RETURN_IF_ERROR(
      deps.database.Read(call.caller.tenant, call.deadline, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(
            entries, store::ListEntries(tx, request.line_id(), VersionOf(position), page_size + 1));
        return absl::OkStatus();
      }));
  v1::ListEntriesResponse response;
  const bool more = static_cast<int>(entries.size()) > page_size;
  if (more) {
    entries.pop_back();
    response.set_next_page_token(
        rpc::MakePageToken(call, request, {std::to_string(entries.back().entry.line_version)}));
  }
  for (const StoredEntry& entry : entries) *response.add_entries() = ToProto(entry);
  return response;
}

}  // namespace fiscus::budget

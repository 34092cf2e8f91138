// Opaque page tokens (AIP-158): version, keyset position and a digest of tenant, caller and query,
// authenticated, so that a token cannot be changed or used for another query or tenant.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/runtime/call.h"

namespace fiscus::rpc {

// Default and greatest number of items of a page; 0 = default, more is cut to the maximum, negative
// is FIELD_INVALID.
inline constexpr int kPageSizeDefault = 100;
inline constexpr int kPageSizeMax = 1000;
absl::StatusOr<int> PageSize(int requested);

// Makes and opens tokens with a key of the process (replicas share it by FISCUS_PAGE_TOKEN_KEY;
// else it is random at start). `position` is the keyset (values of the ordering columns of the last
// row).
std::string MakePageToken(const Call& call, const google::protobuf::Message& request,
                          const std::vector<std::string>& position);
// Empty token → empty position. PAGE_TOKEN_INVALID (INVALID_ARGUMENT) for a foreign or changed one.
// `page_size` and `page_token` of the request are not part of the query.
absl::StatusOr<std::vector<std::string>> OpenPageToken(const Call& call,
                                                       const google::protobuf::Message& request);

}  // namespace fiscus::rpc

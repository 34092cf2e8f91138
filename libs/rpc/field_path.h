// Reads text fields of a request by dotted path, through repeated fields, by reflection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

namespace fiscus::rpc {

// Appends the values of `path` (e.g. "requests.payment.unit_path") that are reached: one per
// element of each repeated field on the way. An absent message gives "" as value, so that a caller
// cannot leave the field out to escape its check.
void CollectText(const google::protobuf::Message& message, std::string_view path,
                 std::vector<std::string>* values);

}  // namespace fiscus::rpc

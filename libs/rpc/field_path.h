// Reads text fields of a request by dotted path, through repeated fields, by reflection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

namespace fiscus::rpc {

// A text field that was reached.
struct FieldText {
  std::string path;  // with the element of each repeated field: "requests[17].payment.unit_path"
  std::string text;
};

// Appends what `path` (e.g. "requests.payment.unit_path") reaches: one field per element of each
// repeated field on the way. An absent message gives "" as text, so that a caller cannot leave the
// field out to escape its check.
void CollectText(const google::protobuf::Message& message, std::string_view path,
                 std::vector<FieldText>* found);

}  // namespace fiscus::rpc

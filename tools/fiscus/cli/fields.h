// Reading and writing message fields by dotted path, from and to people's text. The types come from
// the descriptors, units from the field option `unit`.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fiscus::cli {

// The field at the path from a message type; null if there is none.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor* type,
                                                   std::string_view path);

// Sets (repeated: adds) the field. Amounts are decimal text ("1,234.50", "1234.50 CNY"); enum
// values may go without their prefix ("executing"). INVALID_ARGUMENT says what would be right.
absl::Status SetField(google::protobuf::Message& message, std::string_view path,
                      std::string_view text);

// Whether the field holds something: a list an element, a number or text without presence another
// value than its default.
bool IsSet(const google::protobuf::Message& message, std::string_view path);

// How a value is shown: kPeople formats amounts and ratios, kRaw gives minor units and basis
// points.
enum class ValueStyle { kPeople, kRaw };

// The field as text; "" where it is absent.
std::string FieldText(const google::protobuf::Message& message, std::string_view path,
                      ValueStyle style);

// Whether a table sets the field flush right.
bool IsNumeric(const google::protobuf::Descriptor* type, std::string_view path);

// An amount in a currency's notation. INVALID_ARGUMENT for what is no amount or has more decimals
// than the currency.
absl::StatusOr<int64_t> ParseAmount(std::string_view text, std::string_view currency);

}  // namespace fiscus::cli

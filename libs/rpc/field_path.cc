#include "libs/rpc/field_path.h"

#include <google/protobuf/descriptor.h>

namespace fiscus::rpc {

void CollectText(const google::protobuf::Message& message, std::string_view path,
                 std::vector<std::string>* values) {
  const size_t dot = path.find('.');
  const std::string name(path.substr(0, dot));
  const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const google::protobuf::Reflection* reflection = message.GetReflection();
  if (field == nullptr) {
    values->emplace_back();
    return;
  }
  if (dot == std::string_view::npos) {
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i)
        values->push_back(reflection->GetRepeatedString(message, field, i));
    } else {
      values->push_back(reflection->GetString(message, field));
    }
    return;
  }
  const std::string_view rest = path.substr(dot + 1);
  if (field->is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      CollectText(reflection->GetRepeatedMessage(message, field, i), rest, values);
    }
  } else {
    CollectText(reflection->GetMessage(message, field), rest, values);
  }
}

}  // namespace fiscus::rpc

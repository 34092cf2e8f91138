#include "libs/rpc/field_path.h"

#include <google/protobuf/descriptor.h>

namespace fiscus::rpc {
namespace {

namespace pb = google::protobuf;

// `before`: the path that led to `message`, empty or with a dot at its end.
void Collect(const pb::Message& message, std::string_view path, const std::string& before,
             std::vector<FieldText>* found) {
  const size_t dot = path.find('.');
  const bool last = dot == std::string_view::npos;
  const std::string name(path.substr(0, dot));
  const pb::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const pb::Reflection* reflection = message.GetReflection();
  const std::string here = before + name;
  if (field == nullptr) {
    found->push_back({here, ""});
    return;
  }
  const std::string_view rest = last ? "" : path.substr(dot + 1);
  if (!field->is_repeated()) {
    if (last) return found->push_back({here, reflection->GetString(message, field)});
    return Collect(reflection->GetMessage(message, field), rest, here + ".", found);
  }
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    const std::string element = here + "[" + std::to_string(i) + "]";
    if (last) {
      found->push_back({element, reflection->GetRepeatedString(message, field, i)});
    } else {
      Collect(reflection->GetRepeatedMessage(message, field, i), rest, element + ".", found);
    }
  }
}

}  // namespace

void CollectText(const pb::Message& message, std::string_view path, std::vector<FieldText>* found) {
  Collect(message, path, "", found);
}

}  // namespace fiscus::rpc

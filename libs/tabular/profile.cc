// Profiles from their textproto; what they must hold is plan.cc's matter.
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "libs/tabular/plan.h"

namespace fiscus::tabular {
namespace {

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  std::string text;
  void AddError(int line, int column, const std::string& message) override {
    if (text.empty()) text = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
};

}  // namespace

absl::StatusOr<imports::v1::Profile> ParseProfile(std::string_view text, std::string_view origin) {
  imports::v1::Profile profile;
  FirstError errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (parser.ParseFromString(std::string(text), &profile)) return profile;
  return absl::InvalidArgumentError(absl::StrCat(std::string(origin), ":", errors.text));
}

}  // namespace fiscus::tabular

// Bringing spellings of one name together: "DELEGACIÓN  TLALPAN." and "Delegacion Tlalpan" are one
// unit; so is "Delagación Tlalpan" once an alias says so. Folding never guesses: what is neither
// equal after folding nor an alias is another name.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "fiscus/imports/v1/profile.pb.h"

namespace fiscus::tabular {

// Steps in this order; see Folding in profile.proto.
struct FoldSteps {
  bool punctuation = false;
  bool accents = false;
  bool letter_case = false;
  bool spaces = false;
};

std::string FoldText(std::string_view text, const FoldSteps& steps);

// The form in which headings are compared: without case, accents and surplus blanks; punctuation
// counts ("% Avance").
std::string FoldHeading(std::string_view text);

// Lower-case ASCII letters, digits and single hyphens, at most 40 characters, or "" where the text
// has no such letters.
std::string Slug(std::string_view text);

// The names of one folding. Learns new names in the order in which they appear, unless the folding
// is closed.
class NameBook {
 public:
  struct Name {
    std::string canonical;
    std::string key;  // stable; fit for a path segment
  };

  // Refuses a spelling that belongs to two names and keys that are not unique.
  static absl::StatusOr<NameBook> Make(const imports::v1::Folding& folding);

  // The name that a spelling stands for. NOT_FOUND for an unknown one of a closed folding.
  absl::StatusOr<Name> Resolve(std::string_view spelling);

 private:
  std::string FreeKey(const std::string& canonical, const std::string& folded) const;

  FoldSteps steps_;
  bool closed_ = false;
  std::map<std::string, Name> names_;  // by folded spelling
  std::set<std::string> keys_;
};

}  // namespace fiscus::tabular

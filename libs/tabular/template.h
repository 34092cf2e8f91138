// "{field}" templates of profiles, parsed once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace fiscus::tabular {

class Template {
 public:
  // One piece: a literal, or a field's text or key.
  struct Piece {
    std::string literal;
    int field = -1;
    bool key = false;
  };

  Template() = default;
  // `find` gives a field's index by name, -1 if there is none. "{{" stands for "{".
  static absl::StatusOr<Template> Parse(std::string_view text,
                                        absl::FunctionRef<int(std::string_view)> find);

  // The text with fields put in; `text_of` gives a piece's field text.
  std::string Render(absl::FunctionRef<std::string(const Piece&)> text_of) const;

  bool empty() const { return pieces_.empty(); }
  // The text, if the template refers to no field.
  bool constant() const;

 private:
  std::vector<Piece> pieces_;
};

}  // namespace fiscus::tabular

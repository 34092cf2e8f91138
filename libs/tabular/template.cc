#include "libs/tabular/template.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fiscus::tabular {

absl::StatusOr<Template> Template::Parse(std::string_view text,
                                         absl::FunctionRef<int(std::string_view)> find) {
  Template result;
  std::string literal;
  while (!text.empty()) {
    if (text.front() != '{' || text.starts_with("{{")) {
      literal += text.front();
      text.remove_prefix(text.starts_with("{{") ? 2 : 1);
      continue;
    }
    const size_t end = text.find('}');
    if (end == std::string_view::npos) return absl::InvalidArgumentError("'{' without '}'");
    std::string_view name = text.substr(1, end - 1);
    Piece piece;
    if (name.ends_with(".key")) {
      piece.key = true;
      name.remove_suffix(4);
    }
    piece.field = find(name);
    if (piece.field < 0)
      return absl::InvalidArgumentError(
          absl::StrCat("there is no field '", std::string(name), "'"));
    if (!literal.empty()) result.pieces_.push_back({std::exchange(literal, {})});
    result.pieces_.push_back(std::move(piece));
    text.remove_prefix(end + 1);
  }
  if (!literal.empty()) result.pieces_.push_back({std::move(literal)});
  return result;
}

std::string Template::Render(absl::FunctionRef<std::string(const Piece&)> text_of) const {
  std::string text;
  for (const Piece& piece : pieces_) text += piece.field < 0 ? piece.literal : text_of(piece);
  return text;
}

bool Template::constant() const {
  return std::all_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.field < 0; });
}

}  // namespace fiscus::tabular

#include "libs/tabular/cell.h"

#include <algorithm>
#include <array>

namespace fiscus::tabular {
namespace {

constexpr int kColumnsMax = 16384;  // "XFD"

// UTF-8 of the blanks that people's files have at the ends of cells.
constexpr std::array<std::string_view, 8> kBlanks = {
    " ", "\t", "\r", "\n", "\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF", "\xE2\x80\x8B"};

bool StripBlank(std::string_view& text, bool front) {
  for (const std::string_view blank : kBlanks) {
    if (front && text.starts_with(blank)) {
      text.remove_prefix(blank.size());
      return true;
    }
    if (!front && text.ends_with(blank)) {
      text.remove_suffix(blank.size());
      return true;
    }
  }
  return false;
}

}  // namespace

const Cell* Row::Find(int column) const {
  const auto it =
      std::lower_bound(cells.begin(), cells.end(), column,
                       [](const Cell& cell, int wanted) { return cell.column < wanted; });
  return it != cells.end() && it->column == column ? &*it : nullptr;
}

bool Row::Blank() const {
  return std::all_of(cells.begin(), cells.end(),
                     [](const Cell& cell) { return Trimmed(cell.text).empty(); });
}

std::string ColumnName(int column) {
  std::string name;
  for (int rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return name;
}

std::optional<int> ParseColumnName(std::string_view name) {
  int number = 0;
  for (const char letter : name) {
    if (letter < 'A' || letter > 'Z') return std::nullopt;
    number = number * 26 + (letter - 'A' + 1);
    if (number > kColumnsMax) return std::nullopt;
  }
  if (number == 0) return std::nullopt;
  return number - 1;
}

std::string CellRef(int64_t row, int column) { return ColumnName(column) + std::to_string(row); }

std::string Trimmed(std::string_view text) {
  while (StripBlank(text, /*front=*/true)) {
  }
  while (StripBlank(text, /*front=*/false)) {
  }
  return std::string(text);
}

}  // namespace fiscus::tabular

// Cells and rows as the readers deliver them, whatever the file's format: text with coordinates,
// not yet typed. Values only; safe to copy between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fiscus::tabular {

// What the file says about a cell's content. Numbers of XLSX and JSON files are the file's own
// notation; text is a person's.
enum class CellKind { kText, kNumber, kBool, kError };

struct Cell {
  int column = 0;  // 0-based
  CellKind kind = CellKind::kText;
  std::string text;
};

// A row with at most one cell per column, ascending; cells that the file leaves out are left out.
struct Row {
  int64_t number = 0;  // 1-based, as a spreadsheet shows it; JSON: position in the array
  std::vector<Cell> cells;

  // The cell of a column, or null.
  const Cell* Find(int column) const;
  // No cell has a text other than blanks.
  bool Blank() const;
};

// "A" for 0, "AD" for 29.
std::string ColumnName(int column);

// The reverse; nothing for what is no column name or beyond "XFD", the last column of a
// spreadsheet.
std::optional<int> ParseColumnName(std::string_view name);

// "C12" for row 12, column 2.
std::string CellRef(int64_t row, int column);

// Text without blanks at both ends; no-break and ideographic spaces count as blanks.
std::string Trimmed(std::string_view text);

}  // namespace fiscus::tabular

// Tables for terminals: columns aligned by what a character occupies, so that 省 and é line up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fiscus::cli {

// Columns of a terminal that the text occupies: East Asian wide and full-width characters two,
// combining ones none.
int DisplayWidth(std::string_view text);

struct TableColumn {
  std::string heading;
  bool flush_right = false;
};

// Headings in capitals, two blanks between columns, no blanks at line ends. Line breaks and tabs in
// cells become blanks, other control characters "?": a name must not move the cursor.
std::string RenderTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows);

// One "HEADING  value" a line, for a single item.
std::string RenderCard(const std::vector<TableColumn>& columns,
                       const std::vector<std::string>& row);

// RFC 4180, with the headings as they are.
std::string RenderCsv(const std::vector<TableColumn>& columns,
                      const std::vector<std::vector<std::string>>& rows);

}  // namespace fiscus::cli

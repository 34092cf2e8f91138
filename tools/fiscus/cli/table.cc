#include "tools/fiscus/cli/table.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cctype>

#include "libs/tabular/rejects.h"

namespace fiscus::cli {
namespace {

constexpr int kGap = 2;

// Calls `take` with each character and its bytes.
template <typename Take>
void ForEachCharacter(std::string_view text, Take take) {
  int32_t at = 0;
  const auto size = static_cast<int32_t>(text.size());
  while (at < size) {
    const int32_t start = at;
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), at, size, c);  // NOLINT(bugprone-inc-dec-in-conditions)
    take(c, text.substr(static_cast<size_t>(start), static_cast<size_t>(at - start)));
  }
}

int WidthOf(UChar32 c) {
  const int type = u_charType(c);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) return 0;
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::string Harmless(std::string_view text) {
  std::string result;
  ForEachCharacter(text, [&result](UChar32 c, std::string_view bytes) {
    if (c == '\n' || c == '\r' || c == '\t') {
      result += ' ';
    } else if (u_iscntrl(c) != 0) {
      result += '?';
    } else {
      result += bytes;
    }
  });
  return result;
}

std::string Capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void AppendCell(std::string& line, const std::string& text, int width, bool flush_right) {
  const std::string padding(static_cast<size_t>(std::max(0, width - DisplayWidth(text))), ' ');
  line += flush_right ? padding + text : text + padding;
}

void EndLine(std::string& table, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  table += line + '\n';
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  ForEachCharacter(text, [&width](UChar32 c, std::string_view) { width += WidthOf(c); });
  return width;
}

std::string RenderTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines(1);
  for (const TableColumn& column : columns) lines[0].push_back(Capitals(column.heading));
  for (const auto& row : rows) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(Harmless(cell));
  }
  std::vector<int> widths(columns.size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < columns.size(); ++i)
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  std::string table;
  for (const auto& cells : lines) {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line.append(kGap, ' ');
      AppendCell(line, cells[i], widths[i], columns[i].flush_right);
    }
    EndLine(table, std::move(line));
  }
  return table;
}

std::string RenderCard(const std::vector<TableColumn>& columns,
                       const std::vector<std::string>& row) {
  int width = 0;
  for (const TableColumn& column : columns) width = std::max(width, DisplayWidth(column.heading));
  std::string card;
  for (size_t i = 0; i < columns.size(); ++i) {
    std::string line;
    AppendCell(line, Capitals(columns[i].heading), width + kGap, false);
    EndLine(card, line + Harmless(row[i]));
  }
  return card;
}

std::string RenderCsv(const std::vector<TableColumn>& columns,
                      const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (size_t i = 0; i < columns.size(); ++i)
    text += (i == 0 ? "" : ",") + tabular::CsvCell(columns[i].heading);
  text += "\r\n";
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + tabular::CsvCell(row[i]);
    text += "\r\n";
  }
  return text;
}

}  // namespace fiscus::cli

// The file of rows that were not taken: their original cells, so that they can be mended and
// imported again, and why.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fiscus/imports/v1/record.pb.h"
#include "libs/tabular/cell.h"

namespace fiscus::tabular {

// First line of the CSV: the file's own headings, then row, reason, message.
std::string RejectedHeader(const std::vector<std::string>& headings);

// One line. Texts that a spreadsheet would run as a formula (= + - @ at the start, and no number)
// get an apostrophe in front.
std::string RejectedLine(const Row& row, size_t columns, const imports::v1::RejectedRow& rejected);

// One CSV cell, quoted where needed (RFC 4180).
std::string CsvCell(std::string_view text);

}  // namespace fiscus::tabular

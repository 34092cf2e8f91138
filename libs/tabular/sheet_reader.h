// One door to every format: bytes in, rows out, in the file's order, each row as soon as it is
// complete.
//
// No I/O, no clock, no globals: the caller gives the bytes (a mapped file) and gets calls. Memory
// does not grow with the number of rows (XLSX: with its shared strings, JSON: with the number of
// distinct members). Errors of the file as a whole end the reading with INVALID_ARGUMENT, broken
// limits with RESOURCE_EXHAUSTED; the message names the part, row or byte.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "libs/tabular/cell.h"
#include "libs/tabular/limits.h"

namespace fiscus::tabular {

enum class FileFormat { kXlsx, kCsv, kJson };
enum class TextEncoding { kUtf8, kGb18030, kCp1252 };

struct SheetOptions {
  FileFormat format = FileFormat::kXlsx;
  std::string sheet;  // XLSX: name; empty: the first
  char delimiter = ',';
  char quote = '"';
  TextEncoding encoding = TextEncoding::kUtf8;
  std::string json_path;  // dotted members down to the array; empty: the document
  Limits limits;
};

// Takes what a reader finds. A status other than OK ends the reading and is returned by it.
class RowHandler {
 public:
  virtual ~RowHandler() = default;
  // The workbook counts days from 1904, not 1900. Called before the first row.
  virtual void OnDates1904() {}
  virtual absl::Status OnRow(const Row& row) = 0;
};

// Reads the sheet. JSON: row 0 holds the members' names as headings (nested objects dotted),
// rows 1.. the elements.
absl::Status ReadSheet(std::string_view bytes, const SheetOptions& options, RowHandler& handler);

}  // namespace fiscus::tabular

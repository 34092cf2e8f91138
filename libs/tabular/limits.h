// Bounds on what a file may make the readers do. A file is foreign input: each bound is checked
// while reading, none trusts a size that the file declares about itself.
#pragma once

#include <cstdint>

namespace fiscus::tabular {

struct Limits {
  int64_t file_bytes_max = int64_t{256} << 20;
  int64_t archive_entries_max = 2000;
  int64_t entry_bytes_max = int64_t{512} << 20;  // unpacked
  int64_t archive_bytes_max = int64_t{1} << 30;  // unpacked, over all entries read
  // Unpacked / packed size. Sheets of real workbooks pack 5 to 40 times; a zip bomb a thousand
  // times.
  int64_t ratio_max = 200;
  int64_t ratio_free_bytes = int64_t{4} << 20;     // below this the ratio does not matter
  int64_t strings_bytes_max = int64_t{256} << 20;  // shared strings, as they lie in memory
  int64_t rows_max = 1'048'576;
  int64_t cell_bytes_max = 131'068;           // 32,767 characters, as a spreadsheet's
  int64_t row_bytes_max = int64_t{16} << 20;  // XLSX: all cells of a row
  int columns_max = 16384;
  int depth_max = 64;  // nested elements or members
};

}  // namespace fiscus::tabular

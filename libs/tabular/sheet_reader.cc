#include "libs/tabular/sheet_reader.h"

#include "absl/strings/str_cat.h"

#include "libs/tabular/csv_reader.h"
#include "libs/tabular/json_reader.h"
#include "libs/tabular/xlsx_reader.h"

namespace fiscus::tabular {

absl::Status ReadSheet(std::string_view bytes, const SheetOptions& options, RowHandler& handler) {
  if (static_cast<int64_t>(bytes.size()) > options.limits.file_bytes_max) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the file has ", bytes.size(), " bytes, more than ", options.limits.file_bytes_max));
  }
  if (bytes.empty()) return absl::InvalidArgumentError("the file is empty");
  switch (options.format) {
    case FileFormat::kXlsx:
      return ReadXlsx(bytes, options, handler);
    case FileFormat::kCsv:
      return ReadCsv(bytes, options, handler);
    case FileFormat::kJson:
      return ReadJson(bytes, options, handler);
  }
  return absl::InvalidArgumentError("unknown format");
}

}  // namespace fiscus::tabular

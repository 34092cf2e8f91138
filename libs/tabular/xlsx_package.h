// The parts of a workbook around its sheets: which part is the sheet asked for, and the shared
// strings.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/tabular/archive.h"
#include "libs/tabular/xml.h"

namespace fiscus::tabular {

// What is known about the workbook before a sheet is read.
struct XlsxPackage {
  std::string sheet_part;
  std::vector<std::string> strings;
  bool dates_1904 = false;
};

// Finds the sheet (by name; "": the first that is no chart) and loads the strings. A sheet that
// does not exist is refused with the names of those that do.
absl::StatusOr<XlsxPackage> OpenXlsxPackage(Archive& archive, const std::string& sheet,
                                            const Limits& limits);

// Runs a part through an XML handler; errors name the part.
absl::Status ParsePart(Archive& archive, const std::string& part, const Limits& limits,
                       XmlHandler& handler);

}  // namespace fiscus::tabular

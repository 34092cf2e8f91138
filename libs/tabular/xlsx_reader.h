// Reader of one format; see sheet_reader.h for the contract.
#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "libs/tabular/sheet_reader.h"

namespace fiscus::tabular {

absl::Status ReadXlsx(std::string_view bytes, const SheetOptions& options, RowHandler& handler);

}  // namespace fiscus::tabular

// Text of foreign encodings to UTF-8, piece by piece and strictly: a byte that the encoding does
// not know is an error, never a replacement character, because a name that was silently damaged can
// not be matched any more.
#pragma once

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "libs/tabular/sheet_reader.h"

namespace fiscus::tabular {

// Calls `take` with the text in UTF-8, without a byte order mark. Stops at the first status that is
// not OK.
absl::Status DecodeText(std::string_view bytes, TextEncoding encoding,
                        absl::FunctionRef<absl::Status(std::string_view)> take);

}  // namespace fiscus::tabular

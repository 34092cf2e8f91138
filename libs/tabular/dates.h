// Civil dates as files write them, to "yyyy-MM-dd".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fiscus::tabular {

// Reads `text` by a pattern of the letters y M d with literal separators: "yyyy-MM-dd", "d/M/yyyy",
// "yyyy年M月d日". A doubled letter wants exactly two digits, a single one takes one or two; "yy"
// means 2000..2099. Nothing if the whole text does not fit or the day does not exist.
std::optional<std::string> ParseDate(std::string_view text, std::string_view pattern);

// A spreadsheet's day number, in the 1900 or the 1904 system; a time of day is dropped. Nothing for
// 60 in the 1900 system, a day that spreadsheets know and the calendar does not (29 February 1900),
// and beyond 9999-12-31.
std::optional<std::string> ParseSerialDate(std::string_view text, bool system_1904);

// "yyyy-MM-dd" of a day that exists and that the services take (see libs/core/dates.h).
bool IsCivilDate(std::string_view text);

// Whether a pattern names year, month and day once each.
bool IsDatePattern(std::string_view pattern);

}  // namespace fiscus::tabular

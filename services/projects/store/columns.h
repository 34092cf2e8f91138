// Small helpers between values and columns, for this folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "libs/core/dates.h"
#include "libs/pg/rows.h"

namespace fiscus::projects {

inline std::optional<absl::CivilDay> DateOrNull(const pg::Row& row, const char* column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Date(column);
}

// "" for NULL, as TextOrNullArray takes it.
inline std::string DateText(const std::optional<absl::CivilDay>& day) {
  return day.has_value() ? FormatDate(*day) : "";
}

// Columns of many rows, for unnest: each Add appends one value to each column, in order.
class Columns {
 public:
  // The arguments so far are `head`; columns follow it.
  explicit Columns(pg::Args head) : args_(std::move(head)) {}

  template <class Values, class Get>
  Columns& Text(const Values& values, Get get) {
    return Put(values, get, &pg::Args::TextArray);
  }
  // Empty text is NULL.
  template <class Values, class Get>
  Columns& TextOrNull(const Values& values, Get get) {
    return Put(values, get, &pg::Args::TextOrNullArray);
  }
  template <class Values, class Get>
  Columns& Int(const Values& values, Get get) {
    std::vector<int64_t> column;
    column.reserve(values.size());
    for (const auto& value : values) column.push_back(static_cast<int64_t>(get(value)));
    args_.IntArray(column);
    return *this;
  }
  template <class Values, class Get>
  Columns& Bool(const Values& values, Get get) {
    return Text(values, [&](const auto& value) { return std::string(get(value) ? "t" : "f"); });
  }

  pg::Args& args() { return args_; }

 private:
  template <class Values, class Get>
  Columns& Put(const Values& values, Get get,
               pg::Args& (pg::Args::*put)(const std::vector<std::string>&)) {
    std::vector<std::string> column;
    column.reserve(values.size());
    for (const auto& value : values) column.push_back(get(value));
    (args_.*put)(column);
    return *this;
  }

  pg::Args args_;
};

}  // namespace fiscus::projects

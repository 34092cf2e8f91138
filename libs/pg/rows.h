// Parameters and results of queries; free of pqxx types.
//
// Parameters are sent as text and cast in the SQL ($1::uuid, $2::bigint[] …). Columns are read by
// name; asking for a column that the query does not give, or reading NULL without asking IsNull, is
// a programming error and ends the process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace fiscus::pg {

// Positional parameters, in order: Args().Text(id).Int(amount).
class Args {
 public:
  Args& Text(std::string_view value);
  Args& Int(int64_t value);
  Args& Bool(bool value);
  Args& Bytes(std::string_view value);
  Args& Time(absl::Time value);
  Args& Date(absl::CivilDay value);
  Args& Null();
  // NULL where the text is empty.
  Args& TextOrNull(std::string_view value);
  Args& IntOrNull(std::optional<int64_t> value);
  Args& TimeOrNull(std::optional<absl::Time> value);
  // Arrays, for unnest($1::uuid[], $2::bigint[]).
  Args& TextArray(const std::vector<std::string>& values);
  // As TextArray, but an empty element is NULL.
  Args& TextOrNullArray(const std::vector<std::string>& values);
  Args& IntArray(const std::vector<int64_t>& values);
  Args& BytesArray(const std::vector<std::string>& values);

  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  std::vector<std::optional<std::string>> values_;
};

class RowsImpl;

// One row of a result; valid as long as its Rows.
class Row {
 public:
  Row(const RowsImpl& rows, int index) : rows_(&rows), index_(index) {}
  bool IsNull(const char* column) const;
  std::string Text(const char* column) const;  // NULL → ""
  int64_t Int(const char* column) const;
  bool Bool(const char* column) const;
  std::string Bytes(const char* column) const;
  absl::Time Time(const char* column) const;
  absl::CivilDay Date(const char* column) const;

 private:
  const RowsImpl* rows_;
  int index_;
};

// A result.
class Rows {
 public:
  explicit Rows(std::shared_ptr<const RowsImpl> impl);
  int size() const;
  bool empty() const { return size() == 0; }
  Row operator[](int index) const { return {*impl_, index}; }
  // Rows changed by INSERT, UPDATE, DELETE.
  int64_t affected() const;

  class Iterator {
   public:
    Iterator(const Rows& rows, int index) : rows_(&rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Rows* rows_;
    int index_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  std::shared_ptr<const RowsImpl> impl_;
};

}  // namespace fiscus::pg

// Collects what is wrong with a request, so that the sender learns all of it at once.
//
//   rpc::Fields fields;
//   const absl::CivilDay day = fields.Date("effective_date", request.effective_date());
//   const Money amount = fields.PositiveMoney("amount", request.amount());
//   RETURN_IF_ERROR(fields.status());
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "fiscus/type/v1/type.pb.h"
#include "libs/core/money.h"
#include "libs/core/status.h"

namespace fiscus::rpc {

class Fields {
 public:
  // Records a violation.
  void Bad(std::string_view field, std::string_view description);
  void Check(bool ok, std::string_view field, std::string_view description);
  // A UUID in lower case.
  std::string Uuid(std::string_view field, const std::string& value);
  // A UUID or empty.
  std::string OptionalUuid(std::string_view field, const std::string& value);
  // Valid UTF-8 without control characters, `bytes_min`..`bytes_max` long.
  std::string Text(std::string_view field, const std::string& value, size_t bytes_min,
                   size_t bytes_max);
  std::string UnitPath(std::string_view field, const std::string& value);
  absl::CivilDay Date(std::string_view field, const std::string& value);
  absl::Time Timestamp(std::string_view field, const std::string& value);
  // minor > 0 is checked by the domain (AMOUNT_NOT_POSITIVE); here only that the currency is
  // well-formed.
  Money Amount(std::string_view field, const type::v1::Money& value);
  // A batch of 1..max items.
  void BatchSize(std::string_view field, int size, int size_max);

  bool ok() const { return violations_.empty(); }
  // OK or INVALID_ARGUMENT/FIELD_INVALID with all violations.
  absl::Status status() const;

 private:
  std::vector<FieldViolation> violations_;
};

}  // namespace fiscus::rpc

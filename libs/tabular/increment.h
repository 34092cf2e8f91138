// What a row adds to the journal of its line. A source reports sums as they stand at the day of the
// report; the ledger takes operations. So a report of a line that is known posts what exceeds the
// journal, and a report that contradicts the journal is refused with both figures. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fiscus/imports/v1/record.pb.h"
#include "libs/tabular/convert.h"

namespace fiscus::tabular {

// An entry of the line's journal, as far as it matters here.
struct Posted {
  imports::v1::OperationKind kind = imports::v1::OPERATION_KIND_UNSPECIFIED;
  std::string date;  // yyyy-MM-dd
  int64_t minor = 0;
};

// Id of a row's operation. `place`: among those of the same kind and date.
std::string OperationId(std::string_view line_id, imports::v1::OperationKind kind,
                        std::string_view date, int place);

// Fills `operations` with what is to be posted, in order; nothing if the journal says what the row
// says. `journal` empty: the record's own operations, without those of zero.
//
// Four sums are followed: the budget (approved + supplemented - reduced), what is bound (encumbered
// - liquidated), what is paid, and what came back. At each day of the row's operations the row's
// sum up to it is held against the journal's. More is posted as an operation of that day; less too,
// where there is an operation for it (REDUCE, LIQUIDATE). A sum about which the row says nothing is
// left alone.
// Refuses, in this order: OUT_OF_RANGE (a sum beyond int64), FIGURES_CHANGED (the journal has
//   entries of that day or a later one already, or the paid or refunded money went back).
std::optional<Problem> Increment(const imports::v1::Record& record,
                                 const std::vector<Posted>& journal,
                                 std::vector<imports::v1::OperationRecord>& operations);

}  // namespace fiscus::tabular

// Typed values to the records that a profile's output describes. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fiscus/imports/v1/record.pb.h"
#include "libs/tabular/convert.h"
#include "libs/tabular/plan.h"

namespace fiscus::tabular {

// Fills `record`, or says why the row makes none: BAD_OUTPUT (an empty mandatory text, a date that
// does not exist, a fiscal year that is no year), OUT_OF_RANGE (a difference beyond int64),
// NEGATIVE_AMOUNT, NO_INVESTMENT (progress without a value that it is part of).
std::optional<Problem> BuildRecord(const Plan& plan, const std::string& tenant,
                                   const std::string& key, const std::vector<Value>& values,
                                   imports::v1::Record& record);

}  // namespace fiscus::tabular

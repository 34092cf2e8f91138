// A profile, checked as a whole and made ready to run. What a profile can be wrong about is found
// here, before a file is opened: unknown names, impossible limits, templates that refer to nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "fiscus/imports/v1/profile.pb.h"
#include "libs/tabular/decimal.h"
#include "libs/tabular/sheet_reader.h"
#include "libs/tabular/template.h"

namespace fiscus::tabular {

// A field with its defaults filled in. `spec` points into the plan's profile.
struct PlannedField {
  const imports::v1::Field* spec = nullptr;
  NumberStyle style;
  RoundingMode rounding = RoundingMode::kExact;
  int scale = 0;
  int fixed_column = -1;  // by letters; -1: by heading, found when the headings are read
};

struct PlannedRule {
  const imports::v1::RowRule* spec = nullptr;
  std::vector<int> all_absent;
  std::vector<int> any_absent;
  int field = -1;
};

struct PlannedOperation {
  const imports::v1::OperationOutput* spec = nullptr;
  bool reversed_by_another = false;  // which takes the difference where it is negative here
  std::vector<int> plus;
  std::vector<int> minus;
  int only_if_zero = -1;
  int unless_zero = -1;
  Template effective_date;
  Template document;
};

// Templates by their name in profile.proto, e.g. "project.code".
struct Plan {
  imports::v1::Profile profile;
  SheetOptions sheet;
  std::vector<PlannedField> fields;
  std::vector<PlannedRule> rules;
  std::vector<PlannedOperation> operations;
  std::vector<int> investment;
  int percent = -1;
  std::map<std::string, Template, std::less<>> templates;

  const Template& At(std::string_view name) const { return templates.find(name)->second; }
};

// Reads a textproto. `origin` names it in messages.
absl::StatusOr<imports::v1::Profile> ParseProfile(std::string_view text, std::string_view origin);

// Checks a profile. The status lists everything that is wrong, one sentence each. The plan is not
// to be moved afterwards in ways that invalidate pointers, hence the unique_ptr.
absl::StatusOr<std::unique_ptr<const Plan>> MakePlan(const imports::v1::Profile& profile,
                                                     const Limits& limits);

}  // namespace fiscus::tabular

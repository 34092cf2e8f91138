// Judges a rule over facts, with hysteresis. Pure.
//
// A condition whose fact is not known is undecided. An undecided condition never raises a warning
// and never clears one: not knowing is not evidence. Severity rises to the most severe level that
// is true; it falls only when no level up to the present one is kept, where a level is kept until
// the fact has come back by the margin. A change happens when as many evaluations in a row agree as
// the rule's hold says, and only as far as all of them agree.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "libs/rules/rule.h"

namespace fiscus::rules {

// Value of a fact by its index in the catalogue; nullopt: not known.
using FactReader = absl::FunctionRef<std::optional<int64_t>(int fact)>;

// What one evaluation says, holds aside.
enum class Applicability : uint8_t { kNo, kYes, kUnknown };
struct Verdict {
  Applicability applies = Applicability::kYes;
  Severity severity = Severity::kNone;  // that the facts ask for, given the present one
};
Verdict Judge(const Rule& rule, Severity present, FactReader facts);

// What is remembered per rule and subject.
struct Track {
  int32_t window = 0;  // see WindowCode
  Severity severity = Severity::kNone;
  Severity pending = Severity::kNone;  // meaningful while agreed > 0
  int32_t agreed = 0;       // evaluations in a row that ask for a change towards `pending`
  int32_t transitions = 0;  // warnings given so far in this window

  friend bool operator==(const Track&, const Track&) = default;
};

// A warning to be given. Equal severities: it happened again.
struct Transition {
  Severity from = Severity::kNone;
  Severity to = Severity::kNone;
  int32_t number = 0;  // counts from 1 in the window
};

// One evaluation: moves the track, returns the transition if there is one. A rule that does not
// apply clears at once. A new window starts clear; what was open in the old one stays with those
// who must close it. What happens again at the same severity (rule.again) is a transition too, so
// that every occurrence is evidence.
std::optional<Transition> Step(const Rule& rule, int32_t window, FactReader facts, Track& track);

// The subject is gone: an open warning is cleared.
std::optional<Transition> Clear(Track& track);

}  // namespace fiscus::rules

#include "libs/rules/judge.h"

#include <algorithm>

namespace fiscus::rules {
namespace {

enum class Truth : uint8_t { kFalse, kUnknown, kTrue };

bool Raised(const Condition& c, int64_t value) {
  switch (c.op) {
    case Comparison::kGreaterEqual:
      return value >= c.threshold;
    case Comparison::kGreater:
      return value > c.threshold;
    case Comparison::kLessEqual:
      return value <= c.threshold;
    case Comparison::kLess:
      return value < c.threshold;
    case Comparison::kEqual:
      return value == c.threshold;
  }
  return false;
}

// "Clear at T − margin": kept strictly beyond that point, whichever side the threshold looks to.
bool Kept(const Condition& c, int64_t value) {
  switch (c.op) {
    case Comparison::kGreaterEqual:
    case Comparison::kGreater:
      return value > c.threshold - c.margin;
    case Comparison::kLessEqual:
    case Comparison::kLess:
      return value < c.threshold + c.margin;
    case Comparison::kEqual:
      return value == c.threshold;
  }
  return false;
}

template <class Test>
Truth All(const Clause& clause, FactReader facts, Test test) {
  Truth result = Truth::kTrue;
  for (const Condition& condition : clause) {
    const std::optional<int64_t> value = facts(condition.fact);
    if (!value.has_value()) {
      result = Truth::kUnknown;
    } else if (!test(condition, *value)) {
      return Truth::kFalse;  // false whatever the unknown ones are
    }
  }
  return result;
}

template <class Test>
Truth Any(const Level& level, FactReader facts, Test test) {
  Truth result = Truth::kFalse;
  for (const Clause& clause : level.any) result = std::max(result, All(clause, facts, test));
  return result;
}

// Remembers an evaluation that asks for `wanted` ≠ the present severity; true when enough agree.
bool Agree(const Rule& rule, Severity wanted, Track& track) {
  const bool up = wanted > track.severity;
  const bool same_way = track.agreed > 0 && (track.pending > track.severity) == up;
  if (same_way) {
    track.pending = up ? std::min(track.pending, wanted) : std::max(track.pending, wanted);
  } else {
    track.pending = wanted;
    track.agreed = 0;
  }
  ++track.agreed;
  return track.agreed >= (up ? rule.raise_hold : rule.clear_hold);
}

// True if an open warning happened once more.
bool Again(const Rule& rule, const Verdict& verdict, FactReader facts) {
  return verdict.applies == Applicability::kYes && verdict.severity != Severity::kNone &&
         !rule.again.empty() && All(rule.again, facts, Raised) == Truth::kTrue;
}

Transition Move(Severity to, Track& track) {
  const Transition transition{track.severity, to, ++track.transitions};
  track.severity = to;
  track.pending = Severity::kNone;
  track.agreed = 0;
  return transition;
}

}  // namespace

Verdict Judge(const Rule& rule, Severity present, FactReader facts) {
  const Truth applies = All(rule.applies, facts, Raised);
  if (applies == Truth::kFalse) return {Applicability::kNo, Severity::kNone};
  if (applies == Truth::kUnknown) return {Applicability::kUnknown, present};
  Severity reached = Severity::kNone;
  Severity kept = Severity::kNone;
  for (const Level& level : rule.levels) {
    if (Any(level, facts, Raised) == Truth::kTrue) reached = std::max(reached, level.severity);
    if (level.severity <= present && Any(level, facts, Kept) != Truth::kFalse) {
      kept = std::max(kept, level.severity);
    }
  }
  return {Applicability::kYes, std::max(reached, kept)};
}

std::optional<Transition> Step(const Rule& rule, int32_t window, FactReader facts, Track& track) {
  if (track.window != window) {
    track = Track{};
    track.window = window;
  }
  const Verdict verdict = Judge(rule, track.severity, facts);
  if (verdict.applies == Applicability::kNo && track.severity != Severity::kNone) {
    return Move(Severity::kNone, track);
  }
  if (verdict.severity == track.severity) {
    track.pending = Severity::kNone;
    track.agreed = 0;
    if (!Again(rule, verdict, facts)) return std::nullopt;
    return Move(track.severity, track);
  }
  if (!Agree(rule, verdict.severity, track)) return std::nullopt;
  return Move(track.pending, track);
}

std::optional<Transition> Clear(Track& track) {
  if (track.severity == Severity::kNone) return std::nullopt;
  return Move(Severity::kNone, track);
}

}  // namespace fiscus::rules

// A rule as the engine runs it: names resolved to indexes and thresholds to numbers.
//
// Made by load.h from a rule file, judged by judge.h, worded by explain.h. Values only; thread-safe
// once loaded. No I/O, clock, randomness or floating point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fiscus::rules {

// Same numbers as fiscus.monitor.v1.Severity; ordered.
enum class Severity : uint8_t { kNone = 0, kInfo = 1, kYellow = 2, kOrange = 3, kRed = 4 };

// Same numbers as fiscus.rule.v1.SubjectKind.
enum class Subject : uint8_t { kProject = 1, kBudgetLine = 2, kContract = 3, kMilestone = 4 };

// Same numbers as fiscus.rule.v1.Trigger.
enum class Trigger : uint8_t {
  kNone = 0,
  kEntryPosted = 1,
  kLineStateChanged = 2,
  kFundPlanSet = 3,
  kCommandRefused = 4,
  kProjectStateChanged = 5,
  kBaselineSet = 6,
  kMeasurementCertified = 7,
  kMilestoneChanged = 8,
  kContractStateChanged = 9,
  kContractModified = 10,
  kPaymentStateChanged = 11,
  kDayClosed = 12,
};
inline constexpr int kTriggerCount = 13;

// Same numbers as fiscus.rule.v1.Window.
enum class WindowKind : uint8_t { kNone = 0, kFiscalYear = 1, kMonth = 2 };

enum class Comparison : uint8_t { kGreaterEqual = 1, kGreater, kLessEqual, kLess, kEqual };

// A fact that exists: its name and what it is a fact of. The catalogue's order gives the indexes.
struct FactSpec {
  std::string_view name;
  Subject subject;
};
using FactCatalog = std::vector<FactSpec>;

// fact op threshold; clear again only `margin` (≥ 0) back from the threshold.
struct Condition {
  int fact = 0;
  Comparison op = Comparison::kEqual;
  int64_t threshold = 0;
  int64_t margin = 0;
};

// True if all conditions are.
using Clause = std::vector<Condition>;

struct Level {
  Severity severity = Severity::kNone;
  std::vector<Clause> any;
};

struct Parameter {
  std::string name;
  int64_t value = 0;
};

// A piece of an explanation: literal text, then a fact or parameter (or neither at the end).
struct TextPart {
  std::string text;
  std::string name;
  int fact = -1;
  int parameter = -1;
};

struct Rule {
  std::string id;
  std::string version;
  std::string title;
  std::string citation;
  Subject subject = Subject::kProject;
  std::vector<Trigger> triggers;
  WindowKind window = WindowKind::kNone;
  Clause applies;
  std::vector<std::string> suppressed_by;
  std::vector<Parameter> parameters;
  std::vector<Level> levels;
  Clause again;  // true: the warning is given again though its severity stays; empty: never
  int raise_hold = 1;
  int clear_hold = 1;
  std::vector<TextPart> explain;
  std::vector<TextPart> cleared;
  std::vector<int> facts;          // every fact mentioned, in order of first mention
  std::vector<std::string> names;  // their names
  std::string source;              // the file's text
};

}  // namespace fiscus::rules

// The batch oracle: rules R01 and R30 over a partition's whole log, in one pass.
#include <algorithm>
#include <optional>

#include "tests/sim/auditor/auditor.h"

namespace fiscus::sim::audit {
namespace {

constexpr int kInfo = 1, kYellow = 2, kOrange = 3, kRed = 4;

// What is known of one rule about one line.
struct Verdict {
  int severity = 0;
  std::optional<int> falling;  // a lower severity was asked for once
  int warnings = 0;
};

struct LineSeen {
  std::string project;
  trace::Fact last;     // last ENTRY
  bool spoken = false;  // there was one
  int32_t active_since =
      0;  // date of the first entry, at the latest the day after the next closing
  Verdict r01, r30;
};

struct Partition {
  std::map<std::string, int64_t> sequences;  // by aggregate
  std::map<std::string, LineSeen> lines;
  std::map<std::string, int32_t> as_of;  // by project
  int32_t closed = 0;
  std::map<std::string, trace::Fact> warnings;
};

void Give(Partition& p, const std::string& line, const char* rule, Verdict& verdict, int to) {
  verdict.severity = to;
  verdict.falling.reset();
  const std::string fingerprint = std::string(rule) + "/" + line + "/2026";
  const std::string id = fingerprint + "/" + std::to_string(++verdict.warnings);
  p.warnings[id] = {.id = id, .fingerprint = fingerprint, .severity = to};
}

// `used` of `whole` is above `bp`, exactly.
bool Above(Wide used, Wide whole, int64_t bp) {
  if (used <= 0) return false;
  return whole <= 0 || used * 10000 > whole * bp;
}

void JudgeUsage(Partition& p, const std::string& id, LineSeen& line, const trace::Fact* refused) {
  if (!line.spoken) return;
  const trace::Fact& f = line.last;
  const bool over = refused != nullptr && refused->over_budget;
  const Wide used = static_cast<Wide>(f.paid) - f.refunded + f.in_transit + f.encumbered +
                    (over ? refused->asked : 0);
  const Wide whole = f.authorised;
  Verdict& v = line.r01;
  const bool known = whole > 0 || used > 0;
  int reached = 0;
  int kept = 0;
  if (known) {
    const auto level = [&](int severity, int64_t limit, int64_t margin) {
      if (Above(used, whole, limit)) reached = severity;
      if (severity <= v.severity && Above(used, whole, limit - margin)) kept = severity;
    };
    level(kInfo, 7000, 500);
    level(kYellow, 8500, 500);
    level(kRed, 10000, 0);
  } else {
    kept = v.severity;  // not knowing is not evidence
  }
  if (over) reached = kRed;
  const int wanted = std::max(reached, kept);
  if (wanted == v.severity) {
    v.falling.reset();
    if (over) Give(p, id, "R01", v, wanted);  // every refusal is evidence
  } else if (wanted > v.severity) {
    Give(p, id, "R01", v, wanted);
  } else if (v.falling.has_value()) {
    Give(p, id, "R01", v, std::max(*v.falling, wanted));
  } else {
    v.falling = wanted;
  }
}

void JudgeIdle(Partition& p, const std::string& id, LineSeen& line) {
  Verdict& v = line.r30;
  const bool unspent = line.spoken && line.last.paid <= line.last.refunded;
  const int32_t days = line.spoken ? p.as_of[line.project] - line.active_since : 0;
  const int wanted = !unspent      ? 0
                     : days >= 180 ? kRed
                     : days >= 90  ? kOrange
                     : days >= 60  ? kYellow
                                   : 0;
  if (wanted != v.severity) Give(p, id, "R30", v, wanted);
}

void CloseDay(Partition& p, int32_t day) {
  if (day <= p.closed) return;
  p.closed = day;
  for (auto& [project, as_of] : p.as_of) as_of = std::clamp(as_of, day, day + 1);
  for (auto& [id, line] : p.lines) {
    line.active_since = std::min(line.active_since, day + 1);
    JudgeIdle(p, id, line);
  }
}

}  // namespace

std::map<std::string, trace::Fact> BatchWarnings(const std::vector<trace::Fact>& records) {
  Partition p;
  for (const trace::Fact& fact : records) {
    int64_t& last = p.sequences[fact.aggregate];
    if (fact.sequence <= last) continue;
    last = fact.sequence;
    if (fact.kind == "PAYMENT") continue;
    if (fact.kind == "DAY") {
      CloseDay(p, fact.day);
      continue;
    }
    int32_t& as_of = p.as_of[fact.key];
    const int32_t believed = p.closed == 0 ? fact.day : std::min(fact.day, p.closed + 1);
    as_of = std::max({as_of, p.closed, believed});
    LineSeen& line = p.lines[fact.line];
    line.project = fact.key;
    if (fact.kind == "REFUSED") {
      JudgeUsage(p, fact.line, line, &fact);
      continue;
    }
    if (!line.spoken) line.active_since = fact.day;
    line.spoken = true;
    line.last = fact;
    JudgeUsage(p, fact.line, line, nullptr);
    JudgeIdle(p, fact.line, line);
  }
  return p.warnings;
}

}  // namespace fiscus::sim::audit

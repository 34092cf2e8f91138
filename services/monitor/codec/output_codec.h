// What the monitor publishes: indicators and warnings as protobuf with CloudEvents attributes, and
// their bytes in the outbox.
//
// Everything is derived from the causing event and the state, ids included: the same log gives the
// same bytes, whatever the batches, crashes and restarts in between.
//
// That holds for the same rules. Outputs under other rules belong to another epoch, which is a part
// of their aggregate's name and counts from 1 again: a reader that drops what it has seen by
// aggregate and sequence takes them for new. The ids of warnings do not depend on the epoch, so a
// warning that the old rules gave too is known by its id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fiscus/monitor/v1/monitor.pb.h"
#include "services/monitor/codec/wire.h"
#include "services/monitor/predicates/all.h"
#include "services/monitor/projections/events.h"
#include "services/monitor/projections/indicators.h"

namespace fiscus::monitor {

enum class OutputTopic : uint8_t { kIndicators = 1, kWarnings = 2 };

// A record to be published.
struct Output {
  OutputTopic topic = OutputTopic::kIndicators;
  std::string key;          // project id
  std::string id;           // ce_id, deterministic
  std::string tenant;       // ce_tenantid
  std::string aggregate;    // "indicators/<project>/<epoch>" or "warnings/<project>/<epoch>"
  int64_t sequence = 0;     // gap-free per aggregate, from 1
  std::string subject;      // ce_subject
  std::string time;         // ce_time of the causing event
  std::string traceparent;  // of the causing event
  std::string value;        // protobuf

  friend bool operator==(const Output&, const Output&) = default;
};

// The epoch that begins when rules of digest `rules` follow the outputs of epoch `before` (empty:
// none) at a place in the log.
std::string EpochAfter(std::string_view before, std::string_view rules, int64_t next_offset,
                       int64_t step);

// ce_type of a topic's values.
std::string_view TypeOf(OutputTopic topic);

// The project's indicators as they are published and read; sequence as in the state.
v1::Indicators ToProto(const ProjectState& project, const Indicators& indicators);
Output MakeIndicators(const ProjectState& project, const Indicators& indicators,
                      const EventHead& cause);

// A transition of a rule about a subject. Advances nothing: the caller has counted
// warnings_sequence.
struct WarningSource {
  const ProjectState& project;
  const rules::Rule& rule;
  std::string_view subject;  // "budget-lines/<id>"
  std::string_view unit_path;
  int32_t window = 0;
  rules::Transition transition;
  rules::FactReader facts;
};
Output MakeWarning(const WarningSource& source, const EventHead& cause);

// Bytes in the outbox.
void Put(const Output& output, Writer& writer);
Output GetOutput(Reader& reader);

}  // namespace fiscus::monitor

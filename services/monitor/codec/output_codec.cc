#include "services/monitor/codec/output_codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "fiscus/monitor/v1/events.pb.h"
#include "libs/core/ids.h"
#include "libs/core/text.h"
#include "libs/rules/explain.h"
#include "services/monitor/codec/state_codec.h"
#include "services/monitor/projections/calendar.h"

namespace fiscus::monitor {
namespace {

// Enough that two epochs of one project never meet.
constexpr size_t kEpochBytes = 8;
// Names are joined by a character that no id contains.
constexpr char kSeparator = '\n';

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) joined.append(part).push_back(kSeparator);
  return joined;
}

// The messages hold no maps and no unknown fields, so protobuf's bytes are determined; the flag
// says that we rely on it.
std::string Serialise(const google::protobuf::MessageLite& message) {
  std::string bytes;
  bytes.reserve(message.ByteSizeLong());
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  coded.Trim();
  return bytes;
}

Output Envelope(OutputTopic topic, const ProjectState& project, const EventHead& cause) {
  Output output;
  output.topic = topic;
  output.key = project.project_id;
  output.tenant = project.tenant;
  output.time = cause.time;
  output.traceparent = cause.traceparent;
  return output;
}

// Values that decided, then the parameters.
void AddFacts(const rules::Rule& rule, rules::FactReader facts, v1::Warning& warning) {
  for (size_t i = 0; i < rule.facts.size(); ++i) {
    const std::optional<int64_t> value = facts(rule.facts[i]);
    if (!value.has_value()) continue;
    v1::Fact& fact = *warning.add_facts();
    fact.set_name(rule.names[i]);
    fact.set_value(*value);
  }
  for (const rules::Parameter& parameter : rule.parameters) {
    v1::Fact& fact = *warning.add_facts();
    fact.set_name("parameter." + parameter.name);
    fact.set_value(parameter.value);
  }
}

}  // namespace

std::string EpochAfter(std::string_view before, std::string_view rules, int64_t next_offset,
                       int64_t step) {
  const std::string name =
      Join({"fiscus.monitor.epoch", before, rules, std::to_string(kStateFormat),
            std::to_string(next_offset), std::to_string(step)});
  return Hex(Sha256(name).substr(0, kEpochBytes));
}

std::string_view TypeOf(OutputTopic topic) {
  return topic == OutputTopic::kIndicators ? "fiscus.monitor.v1.IndicatorsComputed"
                                           : "fiscus.monitor.v1.WarningChanged";
}

v1::Indicators ToProto(const ProjectState& project, const Indicators& in) {
  v1::Indicators out;
  out.set_project_id(project.project_id);
  out.set_tenant(project.tenant);
  out.set_unit_path(project.unit_path);
  out.set_currency(project.currency);
  out.set_as_of(FormatDay(in.as_of));
  out.set_authorised(in.amounts.authorised);
  out.set_paid(in.amounts.paid);
  out.set_refunded(in.amounts.refunded);
  out.set_in_transit(in.amounts.in_transit);
  out.set_encumbered(in.amounts.encumbered);
  out.set_cleared(in.amounts.cleared);
  out.set_observed(project.observed);
  out.set_sequence(project.indicators_sequence);
  if (in.planned_execution_bp) out.set_planned_execution_bp(*in.planned_execution_bp);
  if (in.execution_rate_bp) out.set_execution_rate_bp(*in.execution_rate_bp);
  if (in.deviation_bp) out.set_deviation_bp(*in.deviation_bp);
  if (in.physical_bp) out.set_physical_bp(*in.physical_bp);
  if (in.time_bp) out.set_time_bp(*in.time_bp);
  if (in.financial_bp) out.set_financial_bp(*in.financial_bp);
  if (in.bac) out.set_bac(*in.bac);
  if (in.pv) out.set_pv(*in.pv);
  if (in.ev) out.set_ev(*in.ev);
  if (in.ac) out.set_ac(*in.ac);
  if (in.cpi_bp) out.set_cpi_bp(*in.cpi_bp);
  if (in.spi_bp) out.set_spi_bp(*in.spi_bp);
  if (in.eac) out.set_eac(*in.eac);
  if (in.tcpi_bp) out.set_tcpi_bp(*in.tcpi_bp);
  return out;
}

Output MakeIndicators(const ProjectState& project, const Indicators& indicators,
                      const EventHead& cause) {
  Output output = Envelope(OutputTopic::kIndicators, project, cause);
  output.aggregate = "indicators/" + project.project_id + "/" + project.epoch;
  output.subject = "projects/" + project.project_id;
  output.sequence = project.indicators_sequence;
  output.id = NamedUuid("fiscus.monitor.indicators",
                        Join({project.tenant, project.project_id, project.epoch,
                              std::to_string(project.indicators_sequence)}));
  v1::IndicatorsComputed event;
  *event.mutable_indicators() = ToProto(project, indicators);
  output.value = Serialise(event);
  return output;
}

Output MakeWarning(const WarningSource& source, const EventHead& cause) {
  const ProjectState& project = source.project;
  const rules::Rule& rule = source.rule;
  const std::string window = rules::WindowText(source.window);
  Output output = Envelope(OutputTopic::kWarnings, project, cause);
  output.aggregate = "warnings/" + project.project_id + "/" + project.epoch;
  output.subject = source.subject;
  output.sequence = project.warnings_sequence;
  // With its severities: under other rules or another release the same number may be another step.
  output.id = NamedUuid("fiscus.monitor.warning",
                        Join({project.tenant, rule.id, rule.version, project.project_id,
                              source.subject, window, std::to_string(source.transition.number),
                              std::to_string(static_cast<int>(source.transition.from)),
                              std::to_string(static_cast<int>(source.transition.to))}));
  v1::WarningChanged event;
  v1::Warning& warning = *event.mutable_warning();
  warning.set_warning_id(output.id);
  warning.set_fingerprint(
      Hex(Sha256(Join({project.tenant, rule.id, project.project_id, source.subject, window}))));
  warning.set_tenant(project.tenant);
  warning.set_rule_id(rule.id);
  warning.set_rule_version(rule.version);
  warning.set_subject(output.subject);
  warning.set_project_id(project.project_id);
  warning.set_unit_path(std::string(source.unit_path));
  warning.set_window(window);
  warning.set_severity(static_cast<v1::Severity>(source.transition.to));
  warning.set_previous(static_cast<v1::Severity>(source.transition.from));
  const bool cleared = source.transition.to == rules::Severity::kNone;
  warning.set_message(rules::Explain(rule, cleared, source.facts, project.currency));
  warning.set_citation(rule.citation);
  AddFacts(rule, source.facts, warning);
  warning.set_caused_by(std::string(cause.id));
  warning.set_as_of(FormatDay(project.as_of));
  warning.set_title(rule.title);
  warning.set_caused_at(std::string(cause.time));
  output.value = Serialise(event);
  return output;
}

void Put(const Output& output, Writer& writer) {
  writer.Unsigned(static_cast<uint64_t>(output.topic));
  for (const std::string* text :
       {&output.key, &output.id, &output.tenant, &output.aggregate, &output.subject, &output.time,
        &output.traceparent, &output.value}) {
    writer.Text(*text);
  }
  writer.Signed(output.sequence);
}

Output GetOutput(Reader& reader) {
  Output output;
  output.topic = static_cast<OutputTopic>(reader.Unsigned());
  for (std::string* text : {&output.key, &output.id, &output.tenant, &output.aggregate,
                            &output.subject, &output.time, &output.traceparent, &output.value}) {
    *text = reader.Text();
  }
  output.sequence = reader.Signed();
  return output;
}

}  // namespace fiscus::monitor

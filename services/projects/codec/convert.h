// Values ↔ protos of fiscus.projects.v1: the only place.
#pragma once

#include "fiscus/projects/v1/events.pb.h"
#include "fiscus/projects/v1/projects.pb.h"
#include "fiscus/projects/v1/projects_service.pb.h"
#include "libs/events/outbox.h"
#include "services/projects/domain/contract.h"
#include "services/projects/domain/measurement.h"
#include "services/projects/domain/project.h"
#include "services/projects/domain/project_event.h"

namespace fiscus::projects {

v1::Project ToProto(const Project& project);
v1::WorkItem ToProto(const WorkItem& item);
v1::Milestone ToProto(const Milestone& milestone);
v1::Baseline ToBaseline(const ProjectFile& file);
v1::Measurement ToProto(const Measurement& measurement);
v1::Contract ToProto(const Contract& contract);
v1::Modification ToProto(const Modification& modification);

// Facts for the outbox; key = project id. `project` tells the aggregate and the unit.
events::Event ToEvent(const Project& project, const ProjectEvent& event);
events::Event ToEvent(const ContractEvent& event);

// "projects/<id>", "contracts/<id>", "measurements/<id>", "modifications/<id>": aggregates and
// audit subjects.
std::string ProjectName(const std::string& id);
std::string ContractName(const std::string& id);

}  // namespace fiscus::projects

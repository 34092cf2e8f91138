#include "services/projects/domain/family.h"

#include <algorithm>
#include <string>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "services/projects/domain/reason.h"

namespace fiscus::projects {
namespace {

using Day = std::optional<absl::CivilDay>;

std::string Text(const Day& day) { return day.has_value() ? FormatDate(*day) : ""; }

absl::Status CheckInvestment(const Project& parent, int64_t others_minor, int64_t asked_minor) {
  const __int128 sum = static_cast<__int128>(others_minor) + asked_minor;
  if (sum <= parent.approved_investment_minor) return absl::OkStatus();
  return Refused(Reason::kExceedsParent,
                 "the sub-projects' approved investment exceeds the parent's",
                 {{"parent_project_id", parent.project_id},
                  {"parent_investment", std::to_string(parent.approved_investment_minor)},
                  {"children_investment", std::to_string(others_minor)},
                  {"asked", std::to_string(asked_minor)}});
}

// A date that is absent, on either side, binds nothing.
bool Inside(const Day& start, const Day& end, const Project& parent) {
  const bool early = start && parent.planned_start && *start < *parent.planned_start;
  const bool late = end && parent.planned_end && *end > *parent.planned_end;
  return !early && !late;
}

absl::Status OutsideUnit(const std::string& unit_path, const Project& parent) {
  return Refused(Reason::kOutsideParent, "the sub-project's unit is not at or below the parent's",
                 {{"parent_project_id", parent.project_id},
                  {"unit_path", unit_path},
                  {"parent_unit_path", parent.unit_path}});
}

absl::Status OutsideDates(const Day& start, const Day& end, const Project& parent) {
  return Refused(
      Reason::kOutsideParent,
      "a sub-project's dates lie outside the parent's and no DATES_WAIVER document is given",
      {{"parent_project_id", parent.project_id},
       {"planned_start", Text(start)},
       {"planned_end", Text(end)},
       {"parent_planned_start", Text(parent.planned_start)},
       {"parent_planned_end", Text(parent.planned_end)}});
}

}  // namespace

absl::Status CheckChild(const Project& child, const Project& parent, const Children& siblings) {
  if (IsOver(parent.state)) {
    return Refused(
        Reason::kWrongState, "the parent project is over",
        {{"parent_project_id", parent.project_id}, {"state", std::string(Name(parent.state))}});
  }
  RETURN_IF_ERROR(
      CheckInvestment(parent, siblings.investment_minor, child.approved_investment_minor));
  if (!IsWithin(child.unit_path, parent.unit_path)) return OutsideUnit(child.unit_path, parent);
  if (!Inside(child.planned_start, child.planned_end, parent) &&
      !HasDocument(child.documents, kDatesWaiver)) {
    return OutsideDates(child.planned_start, child.planned_end, parent);
  }
  if (child.currency != parent.currency) {
    return Refused(Reason::kCurrencyMismatch,
                   "the sub-project's currency differs from the parent's",
                   {{"currency", child.currency}, {"parent_currency", parent.currency}});
  }
  return absl::OkStatus();
}

absl::Status CheckParent(const Project& parent, const Children& children) {
  if (children.count == 0) return absl::OkStatus();
  RETURN_IF_ERROR(CheckInvestment(parent, children.investment_minor, 0));
  // What begins with the parent's path is one stretch in the order of bytes: if both ends lie in
  // it, all do.
  for (const std::string& unit : {children.first_unit, children.last_unit}) {
    if (!IsWithin(unit, parent.unit_path)) return OutsideUnit(unit, parent);
  }
  if (!Inside(children.first_start, children.last_end, parent) &&
      !HasDocument(parent.documents, kDatesWaiver)) {
    return OutsideDates(children.first_start, children.last_end, parent);
  }
  return absl::OkStatus();
}

absl::Status CheckAncestors(const Project& project, std::span<const std::string> ancestors) {
  if (std::find(ancestors.begin(), ancestors.end(), project.project_id) == ancestors.end()) {
    return absl::OkStatus();
  }
  return Refused(
      Reason::kParentCycle, "the parent is a sub-project of this project",
      {{"project_id", project.project_id}, {"parent_project_id", project.parent_project_id}});
}

}  // namespace fiscus::projects

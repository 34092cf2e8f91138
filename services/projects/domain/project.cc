#include "services/projects/domain/project.h"

#include <algorithm>
#include <array>

namespace fiscus::projects {
namespace {

constexpr std::array<std::string_view, kProjectStates> kStateNames = {
    "UNSPECIFIED", "DRAFT",    "DECLARED",  "UNDER_REVIEW", "RESERVED",  "ESTABLISHED",
    "BUDGETED",    "FUNDED",   "EXECUTING", "COMPLETED",    "ACCEPTED",  "FINAL_ACCOUNTED",
    "CLOSED",      "RETURNED", "REJECTED",  "SUSPENDED",    "CANCELLED",
};

constexpr std::array<std::string_view, kProjectCommands> kCommandNames = {
    "UNSPECIFIED", "DECLARE", "ACCEPT_FOR_REVIEW",     "PASS_REVIEW", "RETURN",  "REJECT",
    "ESTABLISH",   "BUDGET",  "ISSUE_FUNDS",           "START",       "SUSPEND", "RESUME",
    "COMPLETE",    "ACCEPT",  "APPROVE_FINAL_ACCOUNT", "CLOSE",       "CANCEL",  "WAIVE_COMPLETION",
};

constexpr std::array kDocumentKinds = {
    kDeclarationDocument, kReviewOpinion, kEstablishmentApproval, kPermit,
    kAcceptanceReport,    kFinalAccount,  kContractDocument,      kDatesWaiver,
    kCompletionWaiver,    kOtherDocument,
};

}  // namespace

std::string_view Name(ProjectState state) { return kStateNames.at(static_cast<size_t>(state)); }
std::string_view Name(ProjectCommand command) {
  return kCommandNames.at(static_cast<size_t>(command));
}

bool IsOver(ProjectState state) {
  return state == ProjectState::kClosed || state == ProjectState::kCancelled ||
         state == ProjectState::kRejected;
}

bool HasStarted(ProjectState state) {
  switch (state) {
    case ProjectState::kExecuting:
    case ProjectState::kSuspended:
    case ProjectState::kCompleted:
    case ProjectState::kAccepted:
    case ProjectState::kFinalAccounted:
    case ProjectState::kClosed:
      return true;
    default:
      return false;
  }
}

bool IsDocumentKind(std::string_view kind) {
  return std::find(kDocumentKinds.begin(), kDocumentKinds.end(), kind) != kDocumentKinds.end();
}

bool IsWaiver(std::string_view kind) { return kind == kDatesWaiver || kind == kCompletionWaiver; }

bool HasDocument(const std::vector<DocumentRef>& documents, std::string_view kind) {
  return std::any_of(documents.begin(), documents.end(),
                     [&](const DocumentRef& document) { return document.kind == kind; });
}

void AddDocuments(const std::vector<DocumentRef>& added, std::vector<DocumentRef>& documents) {
  for (const DocumentRef& document : added) {
    const bool known = std::any_of(documents.begin(), documents.end(), [&](const DocumentRef& d) {
      return d.kind == document.kind && d.sha256 == document.sha256;
    });
    if (!known) documents.push_back(document);
  }
}

}  // namespace fiscus::projects

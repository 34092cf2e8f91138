// The project and its parts as values (domain B1): no behaviour beyond names and small questions.
//
// Amounts are int64 minor units of the project's currency, quantities thousandths of their unit,
// ratios basis points. The numbers of the enums are those of
// proto/fiscus/projects/v1/projects.proto (a test in rpc/ compares them) and of the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"

namespace fiscus::projects {

enum class ProjectState : int16_t {
  kUnspecified = 0,
  kDraft = 1,
  kDeclared = 2,
  kUnderReview = 3,
  kReserved = 4,
  kEstablished = 5,
  kBudgeted = 6,
  kFunded = 7,
  kExecuting = 8,
  kCompleted = 9,
  kAccepted = 10,
  kFinalAccounted = 11,
  kClosed = 12,
  kReturned = 13,
  kRejected = 14,
  kSuspended = 15,
  kCancelled = 16,
};
inline constexpr int kProjectStates = 17;  // with kUnspecified

enum class ProjectCommand : int16_t {
  kNone = 0,
  kDeclare = 1,
  kAcceptForReview = 2,
  kPassReview = 3,
  kReturn = 4,
  kReject = 5,
  kEstablish = 6,
  kBudget = 7,
  kIssueFunds = 8,
  kStart = 9,
  kSuspend = 10,
  kResume = 11,
  kComplete = 12,
  kAccept = 13,
  kApproveFinalAccount = 14,
  kClose = 15,
  kCancel = 16,
  kWaiveCompletion = 17,
};
inline constexpr int kProjectCommands = 18;  // with kNone

// "DRAFT", "DECLARE": the proto's names without their prefix, for figures and messages.
std::string_view Name(ProjectState state);
std::string_view Name(ProjectCommand command);

// A project that is over: it accepts no money event and no change (P8), and its code is free again
// (P1).
bool IsOver(ProjectState state);

// Work on site has begun: the baseline is frozen.
bool HasStarted(ProjectState state);

// A performance target; `value_milli` in thousandths of `unit`.
struct Target {
  std::string name;
  std::string unit;
  int64_t value_milli = 0;
  friend bool operator==(const Target&, const Target&) = default;
};

// A document by its digest.
struct DocumentRef {
  std::string kind;    // one of kDocumentKinds
  std::string sha256;  // 64 lower-case hexadecimal digits
  std::string title;
  std::string reason;      // of a waiver: not empty
  std::string brought_by;  // who brought it; empty: reported by a source
  friend bool operator==(const DocumentRef&, const DocumentRef&) = default;
};

inline constexpr std::string_view kDeclarationDocument = "DECLARATION";
inline constexpr std::string_view kReviewOpinion = "REVIEW_OPINION";
inline constexpr std::string_view kEstablishmentApproval = "ESTABLISHMENT_APPROVAL";
inline constexpr std::string_view kPermit = "PERMIT";
inline constexpr std::string_view kAcceptanceReport = "ACCEPTANCE_REPORT";
inline constexpr std::string_view kFinalAccount = "FINAL_ACCOUNT";
inline constexpr std::string_view kContractDocument = "CONTRACT";
inline constexpr std::string_view kDatesWaiver = "DATES_WAIVER";
inline constexpr std::string_view kCompletionWaiver = "COMPLETION_WAIVER";
inline constexpr std::string_view kOtherDocument = "OTHER";

// True for the kinds above.
bool IsDocumentKind(std::string_view kind);
// True for the two waivers: they give a reason.
bool IsWaiver(std::string_view kind);

// An element of the work breakdown. Planned value grows linearly from planned_start to planned_end.
struct WorkItem {
  std::string work_item_id;
  std::string name;
  std::string contract_id;     // empty: the project's own work
  int64_t value_minor = 0;     // > 0
  int64_t quantity_milli = 0;  // > 0
  std::string quantity_unit;
  absl::CivilDay planned_start;
  absl::CivilDay planned_end;
  int64_t certified_milli = 0;  // 0..quantity_milli
  friend bool operator==(const WorkItem&, const WorkItem&) = default;
};

struct Milestone {
  std::string milestone_id;
  std::string name;
  absl::CivilDay due_date;
  bool critical = false;
  std::optional<absl::CivilDay> met_on;
  friend bool operator==(const Milestone&, const Milestone&) = default;
};

// A supervised project.
struct Project {
  std::string project_id;
  std::string code;
  std::string name;
  std::string unit_path;
  std::string sector;
  std::string parent_project_id;  // empty: none
  std::string currency;
  int64_t approved_investment_minor = 0;  // 概算, the ceiling
  std::optional<absl::CivilDay> planned_start;
  std::optional<absl::CivilDay> planned_end;
  std::vector<Target> targets;
  std::vector<DocumentRef> documents;
  ProjectState state = ProjectState::kDraft;
  int64_t version = 0;      // sequence of its last event; 0: not yet created
  int32_t physical_bp = 0;  // computed, never typed
  bool observed = false;    // reported from elsewhere
  bool key_project = false;
  std::string source_ref;
  std::string declared_by;  // who declared it last; another reviews
  bool baseline_frozen = false;
  friend bool operator==(const Project&, const Project&) = default;
};

// A project with its baseline: what the events of aggregate projects/<id> describe (P9).
struct ProjectFile {
  Project project;
  std::vector<WorkItem> work_items;
  std::vector<Milestone> milestones;
  friend bool operator==(const ProjectFile&, const ProjectFile&) = default;
};

// True if a document of this kind is among them.
bool HasDocument(const std::vector<DocumentRef>& documents, std::string_view kind);

// Adds documents that are not there yet (by kind and digest), in order.
void AddDocuments(const std::vector<DocumentRef>& added, std::vector<DocumentRef>& documents);

}  // namespace fiscus::projects

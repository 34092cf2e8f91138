#include "services/projects/domain/draft.h"
#include "libs/core/status.h"

#include <catch2/catch.hpp>

#include "services/projects/domain/test_values.h"

namespace fiscus::projects {
namespace {

using S = ProjectState;

}  // namespace

TEST_CASE("A new project is a draft, whatever its maker says", "[projects][domain]") {
  Project wanted = FileIn(S::kExecuting).project;
  wanted.documents = {DocumentOf(kDeclarationDocument)};
  wanted.observed = true;
  wanted.baseline_frozen = true;
  const auto change = Create(wanted, {}, kDay);
  REQUIRE(change.ok());
  const Project& made = change->after.project;
  CHECK(made.state == S::kDraft);
  CHECK(made.version == 1);
  CHECK(made.physical_bp == 0);
  CHECK_FALSE(made.observed);
  CHECK_FALSE(made.baseline_frozen);
  CHECK(made.declared_by.empty());
  CHECK(std::get<ProjectStateChanged>(change->events.at(0)).from == S::kUnspecified);
}

TEST_CASE("Drafts are checked against parent and children", "[projects][domain]") {
  Project parent = FileIn(S::kEstablished).project;
  Project wanted = FileIn(S::kDraft).project;
  wanted.documents = {DocumentOf(kDeclarationDocument)};
  CHECK(Create(wanted, {.parent = &parent}, kDay).ok());
  CHECK(ReasonOf(Create(wanted,
                        {.parent = &parent, .siblings = {.count = 1, .investment_minor = 1}}, kDay)
                     .status()) == "EXCEEDS_PARENT");
  CHECK(ReasonOf(Update(FileIn(S::kDraft), wanted, 7,
                        {.children = {.count = 1, .investment_minor = 1'000'001}}, kDay)
                     .status()) == "EXCEEDS_PARENT");
}

TEST_CASE("A project is changed before it is declared, in its present version",
          "[projects][domain]") {
  for (int state = 1; state < kProjectStates; ++state) {
    const ProjectFile file = FileIn(static_cast<S>(state));
    const bool open = file.project.state == S::kDraft || file.project.state == S::kReturned;
    INFO(Name(file.project.state));
    CHECK(ReasonOf(Update(file, file.project, 7, {}, kDay).status()) ==
          (open ? "" : "WRONG_STATE"));
    CHECK(ReasonOf(Update(file, file.project, 6, {}, kDay).status()) == "VERSION_MISMATCH");
  }
}

TEST_CASE("A change keeps code, unit, parent, currency and state", "[projects][domain]") {
  ProjectFile file = FileIn(S::kReturned);
  file.project.documents = {DocumentOf(kDeclarationDocument)};
  Project wanted = file.project;
  wanted.code = "other";
  wanted.unit_path = "/9/";
  wanted.parent_project_id = "p9";
  wanted.state = S::kClosed;
  wanted.name = "A larger school";
  const auto change = Update(file, wanted, 7, {}, kDay);
  REQUIRE(change.ok());
  Project expected = file.project;
  expected.name = "A larger school";
  expected.version = 8;
  CHECK(change->after.project == expected);
  wanted.currency = "MXN";
  CHECK(ReasonOf(Update(file, wanted, 7, {}, kDay).status()) == "CURRENCY_MISMATCH");
  ProjectFile observed = file;
  observed.project.observed = true;
  CHECK(ReasonOf(Update(observed, file.project, 7, {}, kDay).status()) == "OBSERVED_PROJECT");
}

TEST_CASE("A unit brings a declarer's documents only", "[projects][domain]") {
  Project wanted = FileIn(S::kDraft).project;
  wanted.documents = {DocumentOf(kDeclarationDocument), DocumentOf(kReviewOpinion)};
  const auto refused = Create(wanted, {}, kDay);
  CHECK(ReasonOf(refused.status()) == "FIELD_INVALID");
  CHECK(ViolationsOf(refused.status()).at(0).field == "project.documents[1].kind");
}

TEST_CASE("A change keeps what other desks brought", "[projects][domain]") {
  ProjectFile file = FileIn(S::kReturned);
  DocumentRef opinion = DocumentOf(kReviewOpinion);
  opinion.brought_by = kOtherUser;
  file.project.documents = {DocumentOf(kDeclarationDocument), opinion};
  Project wanted = file.project;
  DocumentRef declaration = DocumentOf(kDeclarationDocument);
  declaration.sha256 = std::string(64, 'b');
  wanted.documents = {declaration};
  const auto without = Update(file, wanted, 7, {}, kDay);
  REQUIRE(without.ok());
  CHECK(without->after.project.documents == std::vector<DocumentRef>{opinion, declaration});
  // What was read may be sent back; it does not change hands.
  wanted.documents = file.project.documents;
  for (DocumentRef& document : wanted.documents) document.brought_by = "somebody";
  const auto echoed = Update(file, wanted, 7, {}, kDay);
  REQUIRE(echoed.ok());
  CHECK(echoed->after.project.documents ==
        std::vector<DocumentRef>{opinion, DocumentOf(kDeclarationDocument)});
  DocumentRef forged = opinion;
  forged.sha256 = std::string(64, 'c');
  wanted.documents.push_back(forged);
  CHECK(ReasonOf(Update(file, wanted, 7, {}, kDay).status()) == "FIELD_INVALID");
}

}  // namespace fiscus::projects

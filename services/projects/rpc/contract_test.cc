// Contracts through the handlers: terms, four eyes, and the saga with the ledger under refusals,
// silence and lost answers.
#include <catch2/catch.hpp>

#include "fiscus/projects/v1/projects_service.handlers.h"
#include "libs/core/status.h"
#include "services/projects/testing/world.h"

namespace fiscus::projects {
namespace {

using namespace testing;  // NOLINT: the test's own vocabulary

constexpr int kProject = 1;
constexpr int kContract = 500;
constexpr absl::Duration kLater = absl::Minutes(2);

v1::ContractCommandRequest Activation() {
  v1::ContractCommandRequest request;
  request.set_contract_id(Uuid(kContract));
  request.set_command(v1::CONTRACT_COMMAND_ACTIVATE);
  request.set_effective_date(kDate);
  return request;
}

absl::StatusOr<v1::Modification> Draw(World& world, int number, int64_t delta) {
  v1::CreateModificationRequest request;
  request.mutable_modification()->set_modification_id(Uuid(number));
  request.mutable_modification()->set_contract_id(Uuid(kContract));
  request.mutable_modification()->set_delta(delta);
  request.mutable_modification()->set_reason("rock");
  return CreateModification(world.deps(), world.CallBy(kOperator), request);
}

absl::StatusOr<v1::Contract> ApproveIt(World& world, int number, const std::string& user) {
  v1::ApproveModificationRequest request;
  request.set_modification_id(Uuid(number));
  request.set_effective_date(kDate);
  return ApproveModification(world.deps(), world.CallBy(user), request);
}

}  // namespace

TEST_CASE("A contract is refused with its reasons in order", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  const auto reason = [&](const v1::CreateContractRequest& request) {
    return ReasonOf(CreateContract(world.deps(), world.CallBy(kOperator), request).status());
  };
  CHECK(reason(world.NewContract(kContract, 9, 1'000)) == "PROJECT_NOT_FOUND");
  CHECK(reason(world.NewContract(kContract, kProject, 600'000)).empty());
  CHECK(reason(world.NewContract(kContract, kProject, 600'000)).empty());  // same id, same content
  CHECK(reason(world.NewContract(kContract, kProject, 500'000)) == "RECORD_EXISTS");
  v1::CreateContractRequest second = world.NewContract(501, kProject, 400'001);
  CHECK(reason(second) == "EXCEEDS_APPROVED_INVESTMENT");
  second.mutable_contract()->set_currency("MXN");
  CHECK(reason(second) == "CURRENCY_MISMATCH");
  second.mutable_contract()->set_retention_bp(301);
  CHECK(reason(second) == "TERMS_NOT_ALLOWED");
  second.mutable_contract()->set_contract_no("HT-500");
  CHECK(reason(second) == "CONTRACT_NO_TAKEN");
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_CANCEL).ok());
  CHECK(reason(second) == "WRONG_STATE");
  CHECK(world.Events("fiscus.projects.v1.ContractStateChanged") == 1);
}

TEST_CASE("The ledger's refusal is passed on, and the contract is as it was", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeFunded(kProject, kContract);
  world.ledger().available_minor = 499'999;
  const auto refused = world.DoContract(kContract, v1::CONTRACT_COMMAND_ACTIVATE);
  CHECK(ReasonOf(refused.status()) == "EXCEEDS_AVAILABLE");
  CHECK(RefusalOf(refused.status())->domain == "fiscus.budget.v1");
  CHECK(FigureOf(refused.status(), "available") == "499999");
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_FILED);
  CHECK(world.Timers() == 0);
  // The same command passes when there is money.
  world.ledger().available_minor = 500'000;
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_ACTIVATE).ok());
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_EFFECTIVE);
}

TEST_CASE("A silent ledger leaves the step to the timer", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeFunded(kProject, kContract);
  world.ledger().mood = GENERATE(FakeLedger::Mood::kSilent, FakeLedger::Mood::kLosesAnswer);
  const Call call = world.CallBy(kOperator);
  CHECK(ManageContract(world.deps(), call, Activation()).status().code() ==
        absl::StatusCode::kUnavailable);
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_FILED);
  // Nothing else may touch the contract meanwhile, not even the same command by another request.
  CHECK(ReasonOf(world.DoContract(kContract, v1::CONTRACT_COMMAND_ACTIVATE).status()) ==
        "CONTRACT_BUSY");
  CHECK(ReasonOf(world.DoContract(kContract, v1::CONTRACT_COMMAND_TERMINATE).status()) ==
        "CONTRACT_BUSY");
  CHECK(world.RunTimers(kLater) == 1);
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_FILED);
  world.ledger().mood = FakeLedger::Mood::kAnswers;
  CHECK(world.RunTimers(kLater + absl::Minutes(5)) == 1);
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_EFFECTIVE);
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 500'000);
  CHECK(world.Timers() == 0);
  // The caller who asks again with its request id gets the answer.
  const auto answered = ManageContract(world.deps(), call, Activation());
  REQUIRE(answered.ok());
  CHECK(answered->state() == v1::CONTRACT_STATE_EFFECTIVE);
  CHECK(world.SequencesGapFree());
}

TEST_CASE("The caller's own retry goes on with the same step", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeFunded(kProject, kContract);
  world.ledger().mood = FakeLedger::Mood::kLosesAnswer;
  const Call call = world.CallBy(kOperator);
  CHECK_FALSE(ManageContract(world.deps(), call, Activation()).ok());
  Call other = call;
  other.request_digest = std::string(32, 'x');
  CHECK(ReasonOf(ManageContract(world.deps(), other, Activation()).status()) ==
        "REQUEST_ID_REUSED");
  world.ledger().mood = FakeLedger::Mood::kAnswers;
  REQUIRE(ManageContract(world.deps(), call, Activation()).ok());
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 500'000);
  CHECK(world.RunTimers(kLater) == 0);
}

TEST_CASE("A refusal found by the timer withdraws the step", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeFunded(kProject, kContract);
  world.ledger().mood = FakeLedger::Mood::kSilent;
  CHECK_FALSE(world.DoContract(kContract, v1::CONTRACT_COMMAND_ACTIVATE).ok());
  world.ledger().mood = FakeLedger::Mood::kAnswers;
  world.ledger().available_minor = 1;
  CHECK(world.RunTimers(kLater) == 1);
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_FILED);
  CHECK(world.Timers() == 0);
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_TERMINATE).ok());
}

TEST_CASE("What the ledger did takes effect, whatever changed meanwhile", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(CreateContract(world.deps(), world.CallBy(kOperator),
                         world.NewContract(501, kProject, 100'000))
              .ok());
  REQUIRE(world.DoContract(501, v1::CONTRACT_COMMAND_SUBMIT).ok());
  REQUIRE(world.DoContract(501, v1::CONTRACT_COMMAND_SIGN, kColleague).ok());
  REQUIRE(world.DoContract(501, v1::CONTRACT_COMMAND_FILE).ok());
  world.ledger().mood = FakeLedger::Mood::kLosesAnswer;
  CHECK_FALSE(world.DoContract(501, v1::CONTRACT_COMMAND_ACTIVATE).ok());
  world.ledger().mood = FakeLedger::Mood::kAnswers;
  REQUIRE(world.Do(kProject, v1::PROJECT_COMMAND_SUSPEND).ok());
  CHECK(world.RunTimers(kLater) == 1);
  CHECK(world.Contract(501).state() == v1::CONTRACT_STATE_EFFECTIVE);
}

TEST_CASE("Termination releases what is open, whatever was paid", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  const int64_t paid = GENERATE(0, 120'000, 500'000);
  world.ledger().Pay(Uuid(kContract), paid);
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_TERMINATE).ok());
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_TERMINATED);
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 0);
  CHECK(world.ledger().available_minor == 1'000'000 - paid);
  CHECK(world.ledger().over.contains(Uuid(kContract)));
}

TEST_CASE("Closing a contract releases what was retained and never paid", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(world.Measure(601, kProject, 1'000).ok());
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_PERFORM).ok());
  world.ledger().Pay(Uuid(kContract), 450'000);
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_SETTLE, kOperator, 480'000).ok());
  world.ledger().mood = GENERATE(FakeLedger::Mood::kAnswers, FakeLedger::Mood::kLosesAnswer);
  const bool answered = world.DoContract(kContract, v1::CONTRACT_COMMAND_CLOSE).ok();
  CHECK(answered == (world.ledger().mood == FakeLedger::Mood::kAnswers));
  if (!answered) {
    world.ledger().mood = FakeLedger::Mood::kAnswers;
    CHECK(world.RunTimers(kLater) == 1);
  }
  CHECK(world.Contract(kContract).state() == v1::CONTRACT_STATE_CLOSED);
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 0);
  CHECK(world.ledger().available_minor == 550'000);
  CHECK(world.ledger().over.contains(Uuid(kContract)));
}

TEST_CASE("A settlement below what was paid is refused by the ledger", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(world.Measure(601, kProject, 1'000).ok());
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_PERFORM).ok());
  world.ledger().Pay(Uuid(kContract), 490'000);
  CHECK(ReasonOf(world.DoContract(kContract, v1::CONTRACT_COMMAND_SETTLE, kOperator, 480'000)
                     .status()) == "EXCEEDS_ENCUMBRANCE");
  CHECK(ReasonOf(world.DoContract(kContract, v1::CONTRACT_COMMAND_SETTLE, kOperator, 500'001)
                     .status()) == "SETTLEMENT_EXCEEDS_VALUE");
  const int before = world.ledger().commands;
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_SETTLE, kOperator, 500'000).ok());
  CHECK(world.ledger().commands == before);  // nothing is released: nothing is asked
  CHECK(world.Contract(kContract).settlement_amount() == 500'000);
}

TEST_CASE("A modification raises and lowers value and encumbrance", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(world.Measure(601, kProject, 500).ok());
  REQUIRE(Draw(world, 701, 100'000).ok());
  CHECK(ReasonOf(Draw(world, 701, 100'000).status()) == "RECORD_EXISTS");
  CHECK(ReasonOf(Draw(world, 702, -350'001).status()) == "BELOW_CERTIFIED");
  CHECK(ReasonOf(Draw(world, 702, 500'001).status()) == "EXCEEDS_APPROVED_INVESTMENT");
  CHECK(ReasonOf(ApproveIt(world, 701, kOperator).status()) == "SAME_PERSON");
  const auto raised = ApproveIt(world, 701, kColleague);
  REQUIRE(raised.ok());
  CHECK(raised->current_value() == 600'000);
  CHECK(raised->original_value() == 500'000);
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 600'000);
  CHECK(ReasonOf(ApproveIt(world, 701, kColleague).status()) == "WRONG_STATE");
  REQUIRE(Draw(world, 703, -450'000).ok());
  REQUIRE(ApproveIt(world, 703, kColleague).ok());
  CHECK(world.ledger().encumbered_minor[Uuid(kContract)] == 150'000);
  CHECK(ReasonOf(ApproveIt(world, 799, kColleague).status()) == "MODIFICATION_NOT_FOUND");
  CHECK(world.Events("fiscus.projects.v1.ContractModified") == 2);
  CHECK(world.SequencesGapFree());
}

TEST_CASE("Who may be paid is changed by two people, without the ledger", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  v1::CreateModificationRequest request;
  v1::Modification& change = *request.mutable_modification();
  change.set_modification_id(Uuid(701));
  change.set_contract_id(Uuid(kContract));
  change.set_reason("wages are paid directly");
  CHECK(ReasonOf(CreateModification(world.deps(), world.CallBy(kOperator), request).status()) ==
        "FIELD_INVALID");
  *change.add_payees() = world.Contract(kContract).payees(0);
  v1::PayeeAccount& wages = *change.add_payees();
  wages.set_name("Wages");
  wages.set_account_no("6223000000000002");
  wages.set_bank_code("CCB");
  change.set_new_end("2027-03-31");
  REQUIRE(CreateModification(world.deps(), world.CallBy(kOperator), request).ok());
  CHECK(world.Contract(kContract).payees_size() == 1);
  CHECK(ReasonOf(ApproveIt(world, 701, kOperator).status()) == "SAME_PERSON");
  const int before = world.ledger().commands;
  const auto approved = ApproveIt(world, 701, kColleague);
  REQUIRE(approved.ok());
  CHECK(world.ledger().commands == before);
  CHECK(approved->payees(1).name() == "Wages");
  CHECK(world.Contract(kContract).SerializeAsString() == approved->SerializeAsString());
  CHECK(approved->planned_end() == "2027-03-31");
  CHECK(world.Events("fiscus.projects.v1.ContractModified") == 1);
  CHECK(world.SequencesGapFree());
}

TEST_CASE("A modification is rejected for good, and listed with its decision", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  for (const int number : {701, 702, 703}) REQUIRE(Draw(world, number, 1'000).ok());
  v1::RejectModificationRequest reject;
  reject.set_modification_id(Uuid(702));
  const auto by = [&](const std::string& user) {
    return RejectModification(world.deps(), world.CallBy(user), reject);
  };
  CHECK(ReasonOf(by(kColleague).status()) == "FIELD_INVALID");
  reject.set_reason("not needed");
  CHECK(ReasonOf(by(kOperator).status()) == "SAME_PERSON");
  REQUIRE(by(kColleague).ok());
  CHECK(ReasonOf(by(kColleague).status()) == "WRONG_STATE");
  CHECK(ReasonOf(ApproveIt(world, 702, kColleague).status()) == "WRONG_STATE");
  // What the ledger may be carrying out is not rejected beside it.
  world.ledger().mood = FakeLedger::Mood::kLosesAnswer;
  CHECK_FALSE(ApproveIt(world, 701, kColleague).ok());
  reject.set_modification_id(Uuid(701));
  CHECK(ReasonOf(by(kColleague).status()) == "CONTRACT_BUSY");
  v1::ListModificationsRequest list;
  list.set_contract_id(Uuid(kContract));
  list.set_page_size(2);
  const auto first = ListModifications(world.deps(), world.CallBy(kOperator), list);
  REQUIRE(first.ok());
  REQUIRE(first->modifications_size() == 2);
  CHECK_FALSE(first->modifications(0).effective());
  CHECK(first->modifications(1).rejected());
  CHECK(first->modifications(1).decided_by() == kColleague);
  CHECK(first->modifications(1).decision_reason() == "not needed");
  list.set_page_token(first->next_page_token());
  const auto second = ListModifications(world.deps(), world.CallBy(kOperator), list);
  REQUIRE(second.ok());
  CHECK(second->modifications_size() == 1);
  CHECK(second->next_page_token().empty());
}

TEST_CASE("A draft contract is changed until it is submitted", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  for (const int number : {kContract, 501}) {
    REQUIRE(CreateContract(world.deps(), world.CallBy(kOperator),
                           world.NewContract(number, kProject, 1'000))
                .ok());
  }
  v1::UpdateContractRequest update;
  *update.mutable_contract() = world.NewContract(kContract, kProject, 600'000).contract();
  update.mutable_contract()->mutable_payees(0)->set_account_no("6229");
  update.set_expected_version(2);
  update.set_effective_date(kDate);
  const auto by = [&](const std::string& user) {
    return UpdateContract(world.deps(), world.CallBy(user), update);
  };
  CHECK(ReasonOf(by(kColleague).status()) == "VERSION_MISMATCH");
  update.set_expected_version(1);
  update.mutable_contract()->set_contract_no("HT-501");
  CHECK(ReasonOf(by(kColleague).status()) == "CONTRACT_NO_TAKEN");
  update.mutable_contract()->set_contract_no("HT-1");
  update.mutable_contract()->set_original_value(999'001);
  CHECK(ReasonOf(by(kColleague).status()) == "EXCEEDS_APPROVED_INVESTMENT");
  update.mutable_contract()->set_original_value(600'000);
  const auto changed = by(kColleague);
  REQUIRE(changed.ok());
  CHECK(changed->drafted_by() == kColleague);
  CHECK(world.Contract(kContract).SerializeAsString() == changed->SerializeAsString());
  CHECK(world.Contract(kContract).payees(0).account_no() == "6229");
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_SUBMIT).ok());
  // Who changed the draft last does not sign it.
  CHECK(ReasonOf(world.DoContract(kContract, v1::CONTRACT_COMMAND_SIGN, kColleague).status()) ==
        "SAME_PERSON");
  update.set_expected_version(3);
  CHECK(ReasonOf(by(kOperator).status()) == "WRONG_STATE");
  CHECK(world.SequencesGapFree());
}

TEST_CASE("Progress waits while a contract is being modified", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  world.MakeExecuting(kProject, kContract);
  REQUIRE(Draw(world, 701, -400'000).ok());
  world.ledger().mood = FakeLedger::Mood::kLosesAnswer;
  CHECK_FALSE(ApproveIt(world, 701, kColleague).ok());
  CHECK(ReasonOf(world.Measure(601, kProject, 1'000).status()) == "CONTRACT_BUSY");
  world.ledger().mood = FakeLedger::Mood::kAnswers;
  CHECK(world.RunTimers(kLater) == 1);
  CHECK(world.Contract(kContract).current_value() == 100'000);
  v1::CertifyMeasurementRequest certify;
  certify.set_measurement_id(Uuid(601));
  CHECK(CertifyMeasurement(world.deps(), world.CallBy(kColleague), certify).ok());
}

TEST_CASE("Signing is another person's, and an RPC of its own", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  REQUIRE(CreateContract(world.deps(), world.CallBy(kOperator),
                         world.NewContract(kContract, kProject, 1'000))
              .ok());
  REQUIRE(world.DoContract(kContract, v1::CONTRACT_COMMAND_SUBMIT).ok());
  v1::ContractCommandRequest request = Activation();
  CHECK(ReasonOf(SignContract(world.deps(), world.CallBy(kColleague), request).status()) ==
        "FIELD_INVALID");
  request.set_command(v1::CONTRACT_COMMAND_SIGN);
  CHECK(ReasonOf(ManageContract(world.deps(), world.CallBy(kColleague), request).status()) ==
        "FIELD_INVALID");
  CHECK(ReasonOf(SignContract(world.deps(), world.CallBy(kOperator), request).status()) ==
        "SAME_PERSON");
  const auto signed_contract = SignContract(world.deps(), world.CallBy(kColleague), request);
  REQUIRE(signed_contract.ok());
  CHECK(signed_contract->signed_on() == kDate);
}

TEST_CASE("Contracts are listed by project and scope", "[projects][rpc]") {
  FISCUS_NEEDS_PG();
  World world;
  REQUIRE(world.Create(kProject).ok());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(CreateContract(world.deps(), world.CallBy(kOperator),
                           world.NewContract(kContract + i, kProject, 1'000))
                .ok());
  }
  v1::ListContractsRequest list;
  list.set_project_id(Uuid(kProject));
  list.set_page_size(2);
  const auto first = ListContracts(world.deps(), world.CallBy(kOperator), list);
  REQUIRE(first.ok());
  CHECK(first->contracts_size() == 2);
  list.set_page_token(first->next_page_token());
  const auto second = ListContracts(world.deps(), world.CallBy(kOperator), list);
  REQUIRE(second.ok());
  CHECK(second->contracts_size() == 1);
  const auto foreign = ListContracts(world.deps(), world.CallBy(kOperator, "/330000/health/"), {});
  REQUIRE(foreign.ok());
  CHECK(foreign->contracts_size() == 0);
}

}  // namespace fiscus::projects

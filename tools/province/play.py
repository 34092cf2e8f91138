"""Plays the plots through the public API: declaration to execution, then month by month measurements, payments and closed days."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fiscus.alerting.v1 import alerting_service_pb2 as alerting
from fiscus.budget.v1 import budget_pb2, budget_service_pb2 as budget
from fiscus.payments.v1 import payments_pb2, payments_service_pb2 as payments
from fiscus.projects.v1 import projects_pb2, projects_service_pb2 as projects
from fiscus.type.v1 import type_pb2

from tools.province.api import Refusal, stable_id
from tools.province.plot import CURRENCY, MONTHS, YEAR, day, month_end

_QUANTITY_MILLI = 1_000_000
_MILESTONE_MONTH = 4
# Accounts by which the simulated bank knows what to do; see tests/bank_simulator/README.md.
GOOD_ACCOUNT = "6222000000000001"
CLOSED_ACCOUNT = "9911000000000001"


@dataclass
class Refused:
    """A payment that was refused, as it must be."""

    plot: object
    month: int
    amount: int
    refusal: Refusal


class Play:
    """`settle`: called before a day is closed; waits until all that was done has arrived everywhere, so that the day's warnings do
    not depend on who was quicker."""

    def __init__(self, cast, plots, settle, workers=8, say=lambda text: None):
        self.cast, self.plots, self._settle, self._workers, self._say = cast, plots, settle, workers, say
        self.refused, self.submitted = [], []

    def run(self, months=MONTHS):
        """All of it; returns when every command was answered."""
        self._say(f"establishing {len(self.plots)} projects: declaration, review, budget, contract, start")
        self._each(self.establish)
        for month in months:
            self.month(month)

    def month(self, number):
        self._say(f"{YEAR}-{number:02d}: measurements, payments, closing the month")
        self._each(lambda plot: self.measure(plot, number))
        self._each(lambda plot: self.pay(plot, number))
        self._settle()
        self.close_day(month_end(number))

    def close_day(self, date):
        self.cast.supervisor.alerting.CloseDay(alerting.CloseDayRequest(request_id=stable_id("close", self.cast.tenant, date), date=date))

    def _each(self, act):
        with ThreadPoolExecutor(self._workers) as pool:
            list(pool.map(act, self.plots))

    # Declaration to execution

    def establish(self, plot):
        operator = self.cast.of_unit("operator", plot.unit_path)
        operator.projects.CreateProject(projects.CreateProjectRequest(
            request_id=self._id(plot, "create"), effective_date=day(1, 2), project=projects_pb2.Project(
                project_id=plot.project_id, code=plot.code, name=f"Synthetic project {plot.number:03d} ({plot.story})",
                unit_path=plot.unit_path, sector="education" if "/edu/" in plot.unit_path else "transport", currency=CURRENCY,
                approved_investment=plot.budget, planned_start=day(1, 5), planned_end=f"{YEAR}-12-31", key_project=True,
                targets=[projects_pb2.Target(name="people served", unit="persons", value_milli=1_000_000)],
                documents=[self._document("DECLARATION")])))
        command = projects_pb2.ProjectCommand
        self._step(operator, "DeclareProject", plot, command.PROJECT_COMMAND_DECLARE)
        reviewer = self.cast.reviewer
        self._step(reviewer, "ReviewProject", plot, command.PROJECT_COMMAND_ACCEPT_FOR_REVIEW)
        self._step(reviewer, "ReviewProject", plot, command.PROJECT_COMMAND_PASS_REVIEW, "REVIEW_OPINION")
        self._step(self.cast.planner, "EstablishProject", plot, command.PROJECT_COMMAND_ESTABLISH, "ESTABLISHMENT_APPROVAL")
        self._draw_up_contract(operator, plot)
        self._baseline(operator, plot)
        self._fund(plot)
        self._step(self.cast.budgeteer, "FinanceProject", plot, command.PROJECT_COMMAND_BUDGET)
        self._step(self.cast.budgeteer, "FinanceProject", plot, command.PROJECT_COMMAND_ISSUE_FUNDS)
        self._conclude_contract(operator, plot)
        self._step(operator, "ExecuteProject", plot, command.PROJECT_COMMAND_START, "PERMIT")

    def _step(self, session, method, plot, command, document=None):
        documents = [self._document(document)] if document else []
        getattr(session.projects, method)(projects.ProjectCommandRequest(
            request_id=self._id(plot, command), project_id=plot.project_id, command=command, effective_date=day(1, 3),
            reason="in order", documents=documents))

    def _baseline(self, operator, plot):
        value = plot.contract // 3
        values = [value, value, plot.contract - 2 * value]
        items = [projects_pb2.WorkItem(work_item_id=item, name=f"part {i + 1}", contract_id=plot.contract_id, value=values[i],
                                       quantity_milli=_QUANTITY_MILLI, quantity_unit="m3", planned_start=day(1, 5),
                                       planned_end=f"{YEAR}-12-31") for i, item in enumerate(plot.work_item_ids)]
        milestones = [projects_pb2.Milestone(milestone_id=stable_id(plot.project_id, "milestone"), name="structure ready",
                                             due_date=day(4, 15), critical=plot.story == "laggard")]
        operator.projects.SetBaseline(projects.SetBaselineRequest(
            request_id=self._id(plot, "baseline"), project_id=plot.project_id, work_items=items, milestones=milestones,
            effective_date=day(1, 3)))

    def _fund(self, plot):
        budgeteer = self.cast.budgeteer
        budgeteer.budget.ApproveLine(budget.ApproveLineRequest(
            request_id=self._id(plot, "line"), amount=_money(plot.budget), effective_date=day(1, 4), line=budget_pb2.BudgetLine(
                line_id=plot.line_id, code=f"L-{plot.code}", document_no=f"Budget {YEAR}-{plot.number:03d}", unit_path=plot.unit_path,
                project_id=plot.project_id, fiscal_year=YEAR, currency=CURRENCY, mode=budget_pb2.LINE_MODE_CONTROLLED,
                state=budget_pb2.LINE_STATE_ACTIVE,
                classification=budget_pb2.Classification(function_class="2050202", economic_class="50601", fund_nature="general"))))
        monthly = plot.budget // 12
        budgeteer.budget.SetFundPlan(budget.SetFundPlanRequest(
            request_id=self._id(plot, "plan"), line_id=plot.line_id, monthly=[monthly] * 12, effective_date=day(1, 4)))

    def _draw_up_contract(self, operator, plot):
        account = CLOSED_ACCOUNT if plot.story == "rejected_by_bank" else GOOD_ACCOUNT
        operator.projects.CreateContract(projects.CreateContractRequest(
            request_id=self._id(plot, "contract"), effective_date=day(1, 4), contract=projects_pb2.Contract(
                contract_id=plot.contract_id, contract_no=f"C-{plot.code}", project_id=plot.project_id, line_id=plot.line_id,
                supplier_name="Synthetic Builders Ltd", supplier_code="91330000SYNTH00001", currency=CURRENCY,
                payees=[projects_pb2.PayeeAccount(name="Synthetic Builders Ltd", account_no=account, bank_code="102331000000")],
                original_value=plot.contract, retention_bp=300, signed_on=day(1, 4), planned_end=f"{YEAR}-12-31")))

    def _conclude_contract(self, operator, plot):
        command = projects_pb2.ContractCommand
        for session, method, step in ((operator, "ManageContract", command.CONTRACT_COMMAND_SUBMIT),
                                      (self.cast.signatory, "SignContract", command.CONTRACT_COMMAND_SIGN),
                                      (operator, "ManageContract", command.CONTRACT_COMMAND_FILE),
                                      (operator, "ManageContract", command.CONTRACT_COMMAND_ACTIVATE)):
            getattr(session.projects, method)(projects.ContractCommandRequest(
                request_id=self._id(plot, "contract", step), contract_id=plot.contract_id, command=step, effective_date=day(1, 4),
                reason="in order"))

    # Month by month

    def measure(self, plot, month):
        bp = plot.months[month].measured_bp
        if bp == 0:
            return
        operator, engineer = (self.cast.of_unit(role, plot.unit_path) for role in ("operator", "engineer"))
        measurement_id = stable_id(plot.project_id, "measurement", month)
        operator.projects.RecordMeasurement(projects.RecordMeasurementRequest(
            request_id=self._id(plot, "record", month), measurement=projects_pb2.Measurement(
                measurement_id=measurement_id, project_id=plot.project_id, measured_on=day(month, 20),
                quantities=[projects_pb2.MeasuredQuantity(work_item_id=item, quantity_milli=_QUANTITY_MILLI * bp // 10_000)
                            for item in plot.work_item_ids])))
        engineer.projects.CertifyMeasurement(projects.CertifyMeasurementRequest(
            request_id=self._id(plot, "certify", month), measurement_id=measurement_id))
        if month == _MILESTONE_MONTH and plot.meets_milestone:
            operator.projects.MeetMilestone(projects.MeetMilestoneRequest(
                request_id=self._id(plot, "milestone"), project_id=plot.project_id, met_on=day(month, 10),
                milestone_id=stable_id(plot.project_id, "milestone")))

    def pay(self, plot, month):
        for attempt, (amount, under_contract) in enumerate(plot.months[month].attempts, start=1):
            try:
                self.submit(plot, month, amount, attempt, under_contract)
                raise RuntimeError(f"{plot.code}: a payment of {amount} fen should have been refused")
            except Refusal as refusal:
                self.refused.append(Refused(plot, month, amount, refusal))
        amount = plot.contract * plot.months[month].paid_bp // 10_000
        if amount:
            self.submit(plot, month, amount)
            self.approve_and_order(plot, plot.payment_id(month), day(month, 25))

    def submit(self, plot, month, amount, attempt=0, under_contract=True):
        account = CLOSED_ACCOUNT if plot.story == "rejected_by_bank" else GOOD_ACCOUNT
        payment_id = plot.payment_id(month, attempt)
        answer = self.cast.of_unit("operator", plot.unit_path).payments.SubmitPayment(payments.SubmitPaymentRequest(
            request_id=self._id(plot, "submit", month, attempt), payment=payments_pb2.Payment(
                payment_id=payment_id, project_id=plot.project_id, line_id=plot.line_id, unit_path=plot.unit_path,
                contract_id=plot.contract_id if under_contract else "", amount=_money(amount),
                kind=payments_pb2.PAYMENT_KIND_PROGRESS if under_contract else payments_pb2.PAYMENT_KIND_NO_CONTRACT,
                no_contract_reason="" if under_contract else "SMALL_PURCHASE",
                payee=projects_pb2.PayeeAccount(name="Synthetic Builders Ltd", account_no=account, bank_code="102331000000"),
                purpose=f"progress {YEAR}-{month:02d}", vouchers=[f"V-{plot.code}-{month}-{attempt}"], effective_date=day(month, 25))))
        self.submitted.append(payment_id)
        return answer

    def approve_and_order(self, plot, payment_id, date):
        approver = self.cast.of_unit("approver", plot.unit_path)
        for session, method in ((approver, "ApproveByUnit"), (self.cast.controller, "ApproveByFinance"), (self.cast.signer, "OrderPayment")):
            getattr(session.payments, method)(payments.PaymentCommandRequest(
                request_id=stable_id(payment_id, method), payment_id=payment_id, note="in order", effective_date=date))

    def _id(self, plot, *what):
        return stable_id(self.cast.tenant, plot.project_id, *what)

    @staticmethod
    def _document(kind):
        return projects_pb2.DocumentRef(kind=kind, sha256="0" * 63 + "1", title=kind.replace("_", " ").capitalize())


def _money(minor):
    return type_pb2.Money(minor=minor, currency=CURRENCY)

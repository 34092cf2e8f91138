"""Well-formed requests that mix what is the caller's with what is another unit's, and the calls of our own services.

A request that lacks fields is refused for that, whoever sends it; these lack nothing, so that only the foreign end can be the reason.
"""

import uuid

from fiscus.budget.v1 import budget_pb2, budget_service_pb2 as budget
from fiscus.identity.v1 import identity_pb2, identity_service_pb2 as identity
from fiscus.payments.v1 import payments_pb2, payments_service_pb2 as payments
from fiscus.projects.v1 import projects_pb2, projects_service_pb2 as projects
from fiscus.type.v1 import type_pb2
from tools.province.plot import CURRENCY, YEAR, day

_DATE = day(1, 26)
# More than any line or reservation holds: a call that finds its target is refused for this, and changes nothing.
_TOO_MUCH = 10**15


def _new():
    return str(uuid.uuid4())


def _money(minor):
    return type_pb2.Money(minor=minor, currency=CURRENCY)


def mixed(mine, theirs, my_user):
    """RPC → [(what is foreign, request, reasons that may refuse it)]. `mine` and `theirs` are plots of two departments; the caller
    holds the RPC's intent in the unit of `mine` only."""
    return {
        "SubmitPayment": [(what, payments.SubmitPaymentRequest(request_id=_new(), payment=payment), reasons)
                          for what, payment, reasons in _payments(mine, theirs)],
        "CreateProject": [("the id of their project", projects.CreateProjectRequest(
            request_id=_new(), effective_date=_DATE, project=_project(theirs.project_id, mine.unit_path)), {"PROJECT_EXISTS"})],
        "CreateContract": [("the id of their contract", projects.CreateContractRequest(
            request_id=_new(), effective_date=_DATE, contract=_contract(theirs.contract_id, mine)), {"RECORD_EXISTS"})],
        "CreateModification": [("their contract", projects.CreateModificationRequest(request_id=_new(), modification=projects_pb2.Modification(
            modification_id=_new(), contract_id=theirs.contract_id, delta=-100, reason="for the matrix")), {"OUT_OF_SCOPE"})],
        "RecordMeasurement": [("their work items", projects.RecordMeasurementRequest(
            request_id=_new(), measurement=projects_pb2.Measurement(
                measurement_id=_new(), project_id=mine.project_id, measured_on=_DATE,
                quantities=[projects_pb2.MeasuredQuantity(work_item_id=theirs.work_item_ids[0], quantity_milli=990_000)])),
            {"WORK_ITEM_NOT_FOUND"})],
        "ApproveLine": [("the id of their line", budget.ApproveLineRequest(
            request_id=_new(), amount=_money(100), effective_date=_DATE, line=_line(theirs.line_id, mine)), {"LINE_EXISTS"})],
        "AllotLine": [("a child in their unit", budget.AllotLineRequest(
            request_id=_new(), parent_line_id=mine.line_id, amount=_money(100), effective_date=_DATE, document_no="for the matrix",
            child=_line(_new(), mine, unit_path=theirs.unit_path)), {"LINES_DO_NOT_FIT"})],
        "TransferBudget": [
            ("the line that gives", _transfer(theirs, mine), {"OUT_OF_SCOPE"}),
            ("the line that gets", _transfer(mine, theirs), {"OUT_OF_SCOPE"})],
        "CreateUser": [("a grant in their unit", identity.CreateUserRequest(
            request_id=_new(), username="matrix-mixed", display_name="nobody", password="granite otter ledger five", unit_path=mine.unit_path,
            grants=[identity_pb2.Grant(role="auditor", unit_path=theirs.unit_path)]), {"GRANT_EXCEEDS_CALLER"})],
        "SetUserGrants": [("a grant in their unit", identity.SetUserGrantsRequest(
            request_id=_new(), user_id=my_user, grants=[identity_pb2.Grant(role="auditor", unit_path=theirs.unit_path)]),
            {"GRANT_EXCEEDS_CALLER"})],
    }


def _payments(mine, theirs):
    def payment(**changed):
        fields = {"project_id": mine.project_id, "line_id": mine.line_id, "unit_path": mine.unit_path, "contract_id": mine.contract_id}
        return payments_pb2.Payment(
            payment_id=_new(), amount=_money(100), kind=payments_pb2.PAYMENT_KIND_PROGRESS, purpose="for the matrix",
            payee=projects_pb2.PayeeAccount(name="Synthetic Builders Ltd", account_no="6222000000000001", bank_code="102331000000"),
            vouchers=[f"V-{_new()}"], effective_date=_DATE, **fields | changed)
    return [("their project, line and contract",
             payment(project_id=theirs.project_id, line_id=theirs.line_id, contract_id=theirs.contract_id), {"PROJECT_NOT_FOUND"}),
            ("their contract", payment(contract_id=theirs.contract_id), {"CONTRACT_MISMATCH"}),
            ("their line", payment(line_id=theirs.line_id), {"CONTRACT_MISMATCH"}),
            ("the id of their payment", payments_pb2.Payment.FromString(_with_id(payment(), theirs.payment_id(1))), {"PAYMENT_EXISTS"})]


def _with_id(payment, payment_id):
    payment.payment_id = payment_id
    return payment.SerializeToString()


def _project(project_id, unit_path):
    return projects_pb2.Project(
        project_id=project_id, code=f"MIX-{_new()[:8]}", name="for the matrix", unit_path=unit_path, sector="education", currency=CURRENCY,
        approved_investment=100, planned_start=day(1, 5), planned_end=f"{YEAR}-12-31",
        targets=[projects_pb2.Target(name="people served", unit="persons", value_milli=1_000)],
        documents=[projects_pb2.DocumentRef(kind="DECLARATION", sha256="0" * 63 + "1", title="Declaration")])


def _contract(contract_id, plot):
    return projects_pb2.Contract(
        contract_id=contract_id, contract_no=f"C-{_new()[:8]}", project_id=plot.project_id, line_id=plot.line_id,
        supplier_name="Synthetic Builders Ltd", supplier_code="91330000SYNTH00001", currency=CURRENCY,
        payees=[projects_pb2.PayeeAccount(name="Synthetic Builders Ltd", account_no="6222000000000001", bank_code="102331000000")],
        original_value=100, retention_bp=300, signed_on=day(1, 4), planned_end=f"{YEAR}-12-31")


def _line(line_id, plot, unit_path=None):
    return budget_pb2.BudgetLine(
        line_id=line_id, code=f"L-{_new()[:8]}", document_no="for the matrix", unit_path=unit_path or plot.unit_path,
        project_id=plot.project_id, fiscal_year=YEAR, currency=CURRENCY, mode=budget_pb2.LINE_MODE_CONTROLLED,
        state=budget_pb2.LINE_STATE_ACTIVE,
        classification=budget_pb2.Classification(function_class="2050202", economic_class="50601", fund_nature="general"))


def _transfer(source, target):
    return budget.TransferBudgetRequest(request_id=_new(), from_line_id=source.line_id, to_line_id=target.line_id, amount=_money(100),
                                        effective_date=_DATE, document_no="for the matrix")


def of_services(plot, reservation_id):
    """RPC that only services call → (who may, request). None of them changes anything: each asks for more than there is, or for what
    is done already."""
    reserve = budget.ReserveRequest(request_id=_new(), reservation_id=_new(), line_id=plot.line_id, project_id=plot.project_id,
                                    amount=_money(_TOO_MUCH), effective_date=_DATE, expires_at=f"{YEAR + 1}-01-01T00:00:00Z")
    return {
        "Encumber": ("projects", budget.EncumberRequest(
            request_id=_new(), line_id=plot.line_id, contract_id=_new(), project_id=plot.project_id, amount=_money(_TOO_MUCH),
            effective_date=_DATE)),
        "Liquidate": ("projects", budget.LiquidateRequest(
            request_id=_new(), line_id=plot.line_id, contract_id=plot.contract_id, amount=_money(_TOO_MUCH), effective_date=_DATE)),
        "Reserve": ("payments", reserve),
        "BatchReserve": ("payments", budget.BatchReserveRequest(request_id=_new(), requests=[reserve])),
        "ConfirmReservation": ("payments", budget.ConfirmReservationRequest(request_id=_new(), reservation_id=reservation_id)),
        "Post": ("payments", budget.PostRequest(
            request_id=_new(), reservation_id=reservation_id, amount=_money(_TOO_MUCH), effective_date=_DATE)),
        "Void": ("payments", budget.VoidRequest(
            request_id=_new(), reservation_id=reservation_id, effective_date=_DATE, reason="for the matrix")),
        "Refund": ("payments", budget.RefundRequest(
            request_id=_new(), reservation_id=reservation_id, amount=_money(_TOO_MUCH), effective_date=_DATE)),
        "ReportBankEvent": ("bank", payments.ReportBankEventRequest(event=payments.BankEvent(
            event_id=_new(), payment_id=plot.payment_id(1), kind=payments.BANK_EVENT_KIND_ACCEPTED,
            amount=plot.contract * plot.months[1].paid_bp // 10_000,
            bank_reference="for the matrix", value_date=_DATE))),
        "BatchGetPaymentContext": ("payments", projects.BatchGetPaymentContextRequest(
            keys=[projects.PaymentContextKey(project_id=plot.project_id, contract_id=plot.contract_id)])),
    }

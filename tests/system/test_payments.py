"""Payments of a project that is suspended are held: not ordered until it is resumed."""

import time
import uuid

import pytest

from tools.province.plot import day

AMOUNT = 10_000
LIMIT_S = 60


@pytest.fixture(scope="module", name="pb")
def _pb(stack):
    from fiscus.payments.v1 import payments_pb2, payments_service_pb2
    from fiscus.projects.v1 import projects_pb2, projects_service_pb2
    from fiscus.type.v1 import type_pb2
    return type("Pb", (), {"payment": payments_pb2, "rpc": payments_service_pb2, "project": projects_pb2,
                           "projects": projects_service_pb2, "money": type_pb2.Money})


@pytest.fixture(scope="module")
def cast(found):
    return found("held")


@pytest.fixture(scope="module")
def plots():
    from tools.province.plot import make_plots
    return make_plots(3, seed=9)


@pytest.fixture(scope="module")
def province(cast, plots, play_a_month):
    return play_a_month(cast, plots)


def _submit(pb, cast, plot):
    payment_id = str(uuid.uuid4())
    payment = pb.payment.Payment(
        payment_id=payment_id, project_id=plot.project_id, line_id=plot.line_id, unit_path=plot.unit_path,
        kind=pb.payment.PAYMENT_KIND_NO_CONTRACT, no_contract_reason="SMALL_PURCHASE", effective_date=day(1, 28),
        amount=pb.money(minor=AMOUNT, currency="CNY"), vouchers=[f"HELD-{payment_id}"],
        payee=pb.project.PayeeAccount(name="Payee", account_no="6222000000000009", bank_code="102331000000"))
    cast.of_unit("operator", plot.unit_path).payments.SubmitPayment(
        pb.rpc.SubmitPaymentRequest(request_id=str(uuid.uuid4()), payment=payment))
    return payment_id


def _command(pb, session, method, payment_id):
    return getattr(session.payments, method)(pb.rpc.PaymentCommandRequest(
        request_id=str(uuid.uuid4()), payment_id=payment_id, note="in order", effective_date=day(1, 28)))


def _finance(pb, cast, plot, command):
    cast.budgeteer.projects.FinanceProject(pb.projects.ProjectCommandRequest(
        request_id=str(uuid.uuid4()), project_id=plot.project_id, command=command, effective_date=day(1, 28), reason="inspection"))


def _state(pb, cast, payment_id):
    payment = cast.auditor.payments.GetPayment(pb.rpc.GetPaymentRequest(payment_id=payment_id))
    return pb.payment.PaymentState.Name(payment.state).removeprefix("PAYMENT_STATE_")


def test_a_suspended_project_holds_its_payments(pb, cast, province, plots):
    from tools.province.api import Refusal
    plot = next(plot for plot in plots if plot.story == "healthy")
    payment_id = _submit(pb, cast, plot)
    _finance(pb, cast, plot, pb.project.PROJECT_COMMAND_SUSPEND)
    _command(pb, cast.of_unit("approver", plot.unit_path), "ApproveByUnit", payment_id)
    _command(pb, cast.controller, "ApproveByFinance", payment_id)
    with pytest.raises(Refusal) as refused:
        _command(pb, cast.signer, "OrderPayment", payment_id)
    assert refused.value.reason == "PROJECT_NOT_IN_EXECUTION"
    assert _state(pb, cast, payment_id) == "FINANCE_APPROVED"

    _finance(pb, cast, plot, pb.project.PROJECT_COMMAND_RESUME)
    assert _command(pb, cast.signer, "OrderPayment", payment_id).state == pb.payment.PAYMENT_STATE_ORDERED
    until = time.monotonic() + LIMIT_S
    while _state(pb, cast, payment_id) != "RECEIPTED" and time.monotonic() < until:
        time.sleep(0.2)
    assert _state(pb, cast, payment_id) == "RECEIPTED"

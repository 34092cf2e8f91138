"""A bank that misbehaves in every way that the simulator knows, while payments and the bank itself are killed: afterwards every payment
is where it belongs or on a desk, the bank's own book, the ledger and payments agree to the fen, and nobody was paid twice."""

import sqlite3
import time
import uuid

import pytest

from tools.province.plot import day

# Account of the payee → the state in which the payment rests, and what of 10,000 fen was cleared and came back.
ACCOUNTS = {
    "6222000000000007": ("RECEIPTED", 10_000, 0),
    "9911000000000007": ("RETURNED", 0, 0),
    "9913000000000007": ("RETURNED", 0, 0),
    "9922000000000007": ("ACCEPTED", 0, 0),          # stuck at the bank: on a desk, its money still held
    "9931000000000007": ("RECEIPTED", 10_000, 0),    # silent
    "9932000000000007": ("RECEIPTED", 10_000, 0),    # swallowed the order once
    "9941000000000007": ("RECEIPTED", 10_000, 0),    # repeats
    "9942000000000007": ("RECEIPTED", 10_000, 0),    # echoes under new ids
    "9943000000000007": ("RECEIPTED", 10_000, 0),    # out of order
    "9944000000000007": ("RECEIPTED", 10_000, 0),    # contradicts itself
    "9951000000000007": ("RECEIPTED", 5_000, 0),     # clears half
    "9961000000000007": ("REFUNDED", 10_000, 10_000),
    "9962000000000007": ("RECEIPTED", 10_000, 5_000),
}
AMOUNT = 10_000
LIMIT_S = 150


@pytest.fixture(scope="module", name="pb")
def _pb(stack):
    from fiscus.payments.v1 import payments_pb2, payments_service_pb2
    from fiscus.projects.v1 import projects_pb2
    from fiscus.type.v1 import type_pb2
    return type("Pb", (), {"payment": payments_pb2, "rpc": payments_service_pb2, "project": projects_pb2, "money": type_pb2.Money})


# A tenant of its own: what stays stuck at the bank never settles.
@pytest.fixture(scope="module")
def cast(found):
    return found("bank")


@pytest.fixture(scope="module")
def plots():
    from tools.province.plot import make_plots
    return make_plots(3, seed=8)


@pytest.fixture(scope="module")
def province(cast, plots, play_a_month):
    return play_a_month(cast, plots)


def _order(pb, cast, plot, account):
    """A payment without contract to this account, submitted, approved and ordered by four people; its id."""
    payment_id = str(uuid.uuid4())
    payment = pb.payment.Payment(
        payment_id=payment_id, project_id=plot.project_id, line_id=plot.line_id, unit_path=plot.unit_path,
        kind=pb.payment.PAYMENT_KIND_NO_CONTRACT, no_contract_reason="SMALL_PURCHASE", effective_date=day(1, 28),
        amount=pb.money(minor=AMOUNT, currency="CNY"), vouchers=[f"BANK-{payment_id}"],
        payee=pb.project.PayeeAccount(name=f"Payee {account}", account_no=account, bank_code="102331000000"))
    cast.of_unit("operator", plot.unit_path).payments.SubmitPayment(
        pb.rpc.SubmitPaymentRequest(request_id=str(uuid.uuid4()), payment=payment))
    for session, method in ((cast.of_unit("approver", plot.unit_path), "ApproveByUnit"), (cast.controller, "ApproveByFinance"),
                            (cast.signer, "OrderPayment")):
        getattr(session.payments, method)(pb.rpc.PaymentCommandRequest(
            request_id=str(uuid.uuid4()), payment_id=payment_id, note="in order", effective_date=day(1, 28)))
    return payment_id


def _seen(pb, cast, payment_id):
    payment = cast.auditor.payments.GetPayment(pb.rpc.GetPaymentRequest(payment_id=payment_id))
    return pb.payment.PaymentState.Name(payment.state).removeprefix("PAYMENT_STATE_"), payment.cleared, payment.refunded


def _moved(totals):
    """Units with money that moved: the ledger also lists lines that nobody has paid from."""
    return {key: sums for key, sums in totals.items() if any(sums)}


def _restart(stack, name):
    stack.kill(name)
    stack.start(name)


def test_every_misbehaviour_ends_where_it_belongs(stack, pb, cast, province, plots):
    from tools.province import figures
    plot = next(plot for plot in plots if plot.story == "healthy")
    orders = {_order(pb, cast, plot, account): account for account in ACCOUNTS}
    _restart(stack, "payments")
    _restart(stack, "bank")
    orders |= {_order(pb, cast, plot, account): account for account in ACCOUNTS}
    _restart(stack, "payments")

    until = time.monotonic() + LIMIT_S
    wrong = dict(orders)
    while wrong and time.monotonic() < until:
        wrong = {payment_id: account for payment_id, account in wrong.items()
                 if _seen(pb, cast, payment_id) != ACCOUNTS[account]}
        time.sleep(0.5)
    assert {account: _seen(pb, cast, payment_id) for payment_id, account in wrong.items()} == {}

    # Ledger and payments agree; what is stuck at the bank is held by both.
    assert _moved(figures.by_ledger(cast.auditor)) == _moved(figures.by_payments(cast.auditor))
    with sqlite3.connect(f"file:{stack.directory / 'bank.db'}?mode=ro", uri=True) as book:
        for payment_id, account in orders.items():
            taken = book.execute("SELECT count(*) FROM instruction WHERE id = ?", (payment_id,)).fetchone()[0]
            cleared = book.execute("SELECT amount FROM event WHERE instruction_id = ? AND kind = 2 AND event_id LIKE '%/cleared'"
                                   " GROUP BY event_id", (payment_id,)).fetchall()
            assert taken == 1, account
            assert sum(amount for (amount,) in cleared) == ACCOUNTS[account][1], account


@pytest.mark.parametrize("account, remarks, rests", [
    ("9944000000000008", 2, ("RECEIPTED", AMOUNT, 0)),
    ("9945000000000008", 1, ("RETURNED", 0, 0)),  # what it says to have cleared after all is for people to settle
])
def test_a_contradiction_is_on_record(pb, cast, province, plots, account, remarks, rests):
    plot = next(plot for plot in plots if plot.story == "healthy")
    payment_id = _order(pb, cast, plot, account)
    until = time.monotonic() + LIMIT_S
    notes = []
    while (len(notes) < remarks or _seen(pb, cast, payment_id) != rests) and time.monotonic() < until:
        payment = cast.auditor.payments.GetPayment(pb.rpc.GetPaymentRequest(payment_id=payment_id))
        notes = [step.note for step in payment.steps if step.note.startswith("contradictory bank event")]
        time.sleep(0.2)
    assert len(notes) == remarks
    assert _seen(pb, cast, payment_id) == rests

"""Every process is killed in turn while payments run; afterwards nothing is lost, doubled or unbalanced, and the warnings are those of
an undisturbed run."""

import threading
import time

import pytest

from tools.stack import Stack

PROJECTS = 12
MONTHS = (1, 2, 3)
# Who is killed while the months are played; each is started again after a moment.
VICTIMS = ("payments", "budget", "monitor", "kafka", "projects", "alerting", "postgres", "identity", "redis", "bank", "gateway")
_DOWN_S = 1.0
_BETWEEN_S = 1.5


def _play(stack, disturb):
    """Plays the same small province; `disturb` is a context manager around the months."""
    from tools.province import figures
    from tools.province.api import Gateway
    from tools.province.cast import Cast
    from tools.province.play import Play
    from tools.province.plot import make_plots

    cast = Cast(Gateway(stack.env["FISCUS_ENDPOINT"], stack.env["FISCUS_CA"]), "faults", "Faults-password-1")
    cast.found(stack.secret("FISCUS_OPERATOR_SECRET"))
    left = []
    play = Play(cast, make_plots(PROJECTS), lambda: left.extend(figures.settle(cast.auditor, stack, limit_s=180)), workers=6)
    play.run(months=())
    with disturb:
        for month in MONTHS:
            play.month(month)
    left += figures.settle(cast.auditor, stack, limit_s=180)
    return cast, play, left


class _Calm:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class _Killer:
    """Kills each victim in turn, again and again, until the play is over; every victim at least once."""

    def __init__(self, stack):
        self._stack, self._stop, self.killed, self.failures = stack, threading.Event(), [], []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        return False

    def _run(self):
        try:
            for victim in VICTIMS:
                self._stack.kill(victim)
                time.sleep(_DOWN_S)
                self._stack.start(victim)
                self.killed.append(victim)
                if self._stop.wait(_BETWEEN_S):
                    self._stop.clear()  # the play is quicker than the killer: the rest is killed at rest, which must not matter either
        except Exception as failure:  # told by the test
            self.failures.append(failure)


def _warnings(cast):
    """What is alerted at the end: rule, subject and window by fingerprint, with severity and whether the condition is clear."""
    from fiscus.alerting.v1 import alerting_service_pb2 as alerting
    return {(a.rule_id, a.subject, a.fingerprint): (a.severity, a.condition_clear)
            for a in cast.auditor.alerting.all("ListAlerts", alerting.ListAlertsRequest(), "alerts")}


@pytest.fixture(scope="module")
def undisturbed():
    stack = Stack(f"calm-{time.time_ns()}", ephemeral=True).up()
    try:
        cast, play, left = _play(stack, _Calm())
        yield _warnings(cast), len(play.refused), left
    finally:
        stack.down()


@pytest.fixture(scope="module")
def disturbed():
    stack = Stack(f"faults-{time.time_ns()}", ephemeral=True).up()
    killer = _Killer(stack)
    try:
        cast, play, left = _play(stack, killer)
        assert not killer.failures, killer.failures
        assert set(killer.killed) == set(VICTIMS)
        yield cast, play, left
    finally:
        stack.down()


def test_the_undisturbed_run_settles_and_warns(undisturbed):
    warnings, _, left = undisturbed
    assert left == []
    assert {rule for rule, _, _ in warnings} >= {"R10", "R12"}


def test_all_totals_agree_after_the_faults(disturbed):
    _, _, left = disturbed
    assert left == []


def test_the_ledger_balances_after_the_faults(disturbed):
    from fiscus.budget.v1 import budget_service_pb2 as budget
    cast, _, _ = disturbed
    verdict = cast.supervisor.budget.VerifyLedger(budget.VerifyLedgerRequest())
    assert list(verdict.differences) == []
    assert verdict.lines == PROJECTS


def test_no_acknowledged_payment_is_lost_or_doubled(disturbed):
    from fiscus.budget.v1 import budget_pb2, budget_service_pb2 as budget
    from fiscus.payments.v1 import payments_pb2, payments_service_pb2 as payments
    cast, play, _ = disturbed
    found = {p.payment_id: p for p in cast.auditor.payments.all("ListPayments", payments.ListPaymentsRequest(), "payments")}
    assert set(play.submitted) <= set(found)
    ends = {payments_pb2.PAYMENT_STATE_RECEIPTED, payments_pb2.PAYMENT_STATE_RETURNED, payments_pb2.PAYMENT_STATE_BANK_REJECTED}
    assert {found[p].state for p in play.submitted} <= ends
    for plot in play.plots:
        entries = list(cast.auditor.budget.all("ListEntries", budget.ListEntriesRequest(line_id=plot.line_id), "entries"))
        posted = [e.payment_id or e.reservation_id for e in entries if e.operation == budget_pb2.OPERATION_POST]
        assert len(posted) == len(set(posted)), f"{plot.code}: a payment was posted twice"
        assert [e.line_version for e in entries] == list(range(1, len(entries) + 1)), f"{plot.code}: the journal has a gap"


def test_the_warnings_are_those_of_the_undisturbed_run(undisturbed, disturbed):
    warnings, refused, _ = undisturbed
    cast, play, _ = disturbed
    assert len(play.refused) == refused
    assert _warnings(cast) == warnings

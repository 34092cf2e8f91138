"""What must hold after each fault, asked of the public API when nothing moves any more."""

from collections import Counter

from fiscus.alerting.v1 import alerting_service_pb2 as alerting
from fiscus.budget.v1 import budget_pb2, budget_service_pb2 as budget
from fiscus.payments.v1 import payments_service_pb2 as payments

from tools.province import figures

SETTLE_S = 150
_SAMPLE = 5  # acknowledged commands that are sent once more, with their request id


def settle(cast, stack):
    """Waits until ledger, payments and monitor agree to the fen and nothing is under way; what differs when the time is over."""
    return figures.settle(cast.auditor, stack, limit_s=SETTLE_S)


def violations(cast, plots, load, tolerated=()):
    """Sentences; empty if nothing was lost, doubled or unbalanced. `tolerated`: words in what clients may have been told."""
    found = [f"a client was refused or gave up: {failure}" for failure in load.failures
             if not any(words in failure for words in tolerated)]
    load.failures.clear()
    answer = cast.supervisor.budget.VerifyLedger(budget.VerifyLedgerRequest())
    found += [f"ledger {d.line_id}: {d.invariant} {d.detail}" for d in answer.differences]
    return found + _payments(cast, load) + _journal(cast, plots, load) + _again(load) + _warnings(cast)


def _payments(cast, load):
    """Every acknowledged payment is there once, as far as it was brought, and its money arrived."""
    there = list(cast.auditor.payments.all("ListPayments", payments.ListPaymentsRequest(), "payments"))
    found = [f"payment {p} is there {n} times" for p, n in Counter(p.payment_id for p in there).items() if n > 1]
    by_id = {p.payment_id: p for p in there}
    for done in list(load.acknowledged):
        payment = by_id.get(done.payment_id)
        if payment is None:
            found.append(f"payment {done.payment_id}, whose {done.step} was acknowledged, is not there")
        elif done.step == "OrderPayment" and payment.cleared != done.amount:
            found.append(f"payment {done.payment_id} of {done.amount} was ordered, {payment.cleared} arrived")
    return found


def _journal(cast, plots, load):
    """Every ordered payment was reserved and posted once, on a journal without gaps."""
    reserved, posted, found = Counter(), Counter(), []
    for plot in plots:
        entries = list(cast.auditor.budget.all("ListEntries", budget.ListEntriesRequest(line_id=plot.line_id), "entries"))
        if [e.line_version for e in entries] != list(range(1, len(entries) + 1)):
            found.append(f"{plot.code}: the journal has a gap")
        for entry in entries:
            reserved[entry.reservation_id] += entry.operation == budget_pb2.OPERATION_RESERVE
            posted[entry.reservation_id] += entry.operation == budget_pb2.OPERATION_POST
    for done in list(load.acknowledged):
        if done.step == "OrderPayment" and (reserved[done.payment_id], posted[done.payment_id]) != (1, 1):
            found.append(f"payment {done.payment_id} was reserved {reserved[done.payment_id]} times, posted {posted[done.payment_id]} times")
    return found


def _again(load):
    """A command that was acknowledged is found by its request id: sent again it is answered, and does nothing."""
    found = []
    for done in load.acknowledged[-_SAMPLE:]:
        answer = getattr(done.session.payments, done.step)(done.request)
        if answer.payment_id != done.payment_id:
            found.append(f"{done.step} of {done.payment_id} is answered with another payment when it is repeated")
    return found


def _warnings(cast):
    """No warning twice."""
    there = cast.auditor.alerting.all("ListAlerts", alerting.ListAlertsRequest(), "alerts")
    return [f"warning {key} is there {n} times" for key, n in Counter((a.rule_id, a.subject, a.fingerprint) for a in there).items() if n > 1]

"""The figures that must agree: totals by ledger, by payments and by monitor, in quiescence."""

import time
import urllib.request

from fiscus.budget.v1 import budget_pb2, budget_service_pb2 as budget
from fiscus.monitor.v1 import monitor_service_pb2 as monitor
from fiscus.payments.v1 import payments_pb2, payments_service_pb2 as payments

# States in which nothing more happens by itself.
_AT_REST = {payments_pb2.PAYMENT_STATE_REFUSED, payments_pb2.PAYMENT_STATE_RECEIPTED, payments_pb2.PAYMENT_STATE_RETURNED,
            payments_pb2.PAYMENT_STATE_BANK_REJECTED, payments_pb2.PAYMENT_STATE_WITHDRAWN, payments_pb2.PAYMENT_STATE_REFUNDED,
            payments_pb2.PAYMENT_STATE_EXPIRED, payments_pb2.PAYMENT_STATE_SUBMITTED, payments_pb2.PAYMENT_STATE_UNIT_APPROVED,
            payments_pb2.PAYMENT_STATE_FINANCE_APPROVED}


def by_ledger(session):
    totals = session.budget.GetTotals(budget.GetTotalsRequest())
    return {(t.unit_path, t.currency): (t.balances.paid, t.balances.refunded, t.balances.in_transit)
            for t in [*totals.by_unit, *totals.in_all] if t.mode == budget_pb2.LINE_MODE_CONTROLLED}


def by_payments(session):
    totals = session.payments.GetTotals(payments.GetTotalsRequest())
    return {(t.unit_path, t.currency): (t.paid, t.refunded, t.in_transit) for t in [*totals.by_unit, *totals.in_all]}


def by_monitor(session):
    totals = session.monitor.GetTotals(monitor.GetTotalsRequest())
    return {(t.unit_path, t.currency): (t.paid, t.refunded, t.in_transit)
            for t in [*totals.by_unit, *totals.in_all] if not t.observed}


def cleared_by_monitor(session):
    """What the monitor counted from payments' own events, against `paid`, which it counted from the ledger's."""
    totals = session.monitor.GetTotals(monitor.GetTotalsRequest())
    return {(t.unit_path, t.currency): (t.cleared, t.paid) for t in totals.by_unit if not t.observed}


def disagreements(session):
    """Lines that tell which totals differ; empty when all agree to the fen."""
    views = {"ledger": by_ledger(session), "payments": by_payments(session), "monitor": by_monitor(session)}
    lines = []
    for key in sorted(set().union(*views.values())):
        values = {name: view.get(key, (0, 0, 0)) for name, view in views.items()}
        if len(set(values.values())) > 1:
            lines.append(f"{key[0] or 'in all'}: " + ", ".join(f"{name} {value}" for name, value in values.items()))
    lines += [f"{key[0]}: monitor cleared {cleared}, paid {paid}" for key, (cleared, paid) in cleared_by_monitor(session).items()
              if cleared != paid]
    return lines


def in_motion(session):
    """Payments that are still on their way to or from the bank."""
    return [p for p in session.payments.all("ListPayments", payments.ListPaymentsRequest(), "payments") if p.state not in _AT_REST]


def lagging(session, stack):
    """Services with unpublished events, and partitions that the monitor has not read to their end."""
    lines = []
    for name in stack.service_names:
        try:
            with urllib.request.urlopen(stack.metrics(name), timeout=5) as page:
                metrics = page.read().decode()
        except OSError as failure:  # killed just now
            lines.append(f"{name} does not answer: {failure}")
            continue
        unsent = [line.split()[-1] for line in metrics.splitlines() if line.startswith("fiscus_outbox_unsent ")]
        lines += [f"{name} has {count} unpublished events" for count in unsent if float(count) > 0]
    progress = session.monitor.GetProgress(monitor.GetProgressRequest())
    return lines + [f"monitor is at {p.next_offset} of {p.log_end} in partition {p.partition} {p.halted}"
                    for p in progress.partitions if p.next_offset < p.log_end or p.halted]


def settle(session, stack, limit_s=120):
    """Waits until nothing moves and all totals agree; returns what still differs when the time is over."""
    until = time.monotonic() + limit_s
    while True:
        lines = ([f"payment {p.payment_id} is {payments_pb2.PaymentState.Name(p.state)}" for p in in_motion(session)]
                 or lagging(session, stack) or disagreements(session))
        if not lines or time.monotonic() > until:
            return lines
        time.sleep(0.25)

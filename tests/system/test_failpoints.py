"""The relay is killed at each of its five points; what was committed reaches the monitor, once."""

import time
import uuid

import pytest

FAILPOINTS = ("relay.before_claim", "relay.after_produce", "relay.after_delivery", "relay.before_commit", "relay.after_commit")
# The relay passes its points while idle too; this many passes let the service come up and be written to first.
_IDLE_PASSES = {"relay.before_claim": 25, "relay.after_commit": 25}
_DIES_WITHIN_S = 30


def _approve(cast, plot, amount):
    from fiscus.budget.v1 import budget_pb2, budget_service_pb2 as budget
    from fiscus.type.v1 import type_pb2
    line_id = str(uuid.uuid4())
    line = budget_pb2.BudgetLine(line_id=line_id, code=f"F-{line_id[:8]}", document_no="Doc", unit_path=plot.unit_path,
                                 project_id=plot.project_id, fiscal_year=2026, currency="CNY", mode=budget_pb2.LINE_MODE_CONTROLLED,
                                 state=budget_pb2.LINE_STATE_ACTIVE,
                                 classification=budget_pb2.Classification(function_class="2050202", fund_nature="general"))
    cast.budgeteer.budget.ApproveLine(budget.ApproveLineRequest(
        request_id=str(uuid.uuid4()), line=line, amount=type_pb2.Money(minor=amount, currency="CNY"), effective_date="2026-01-15"))


def _authorised(cast, plot):
    from fiscus.monitor.v1 import monitor_service_pb2 as monitor
    return cast.auditor.monitor.GetIndicators(monitor.GetIndicatorsRequest(project_id=plot.project_id)).authorised


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_what_was_committed_arrives_once(stack, cast, province, plots, failpoint):
    from tools.province import figures
    plot = plots[2]
    assert figures.settle(cast.auditor, stack) == []
    before = _authorised(cast, plot)
    stack.kill("budget")
    stack.start("budget", env={"FISCUS_FAILPOINT": f"{failpoint}:{_IDLE_PASSES.get(failpoint, 1)}"}, wait=False)
    amount = 1000
    _approve(cast, plot, amount)
    until = time.monotonic() + _DIES_WITHIN_S
    while stack.pid("budget") is not None and time.monotonic() < until:
        time.sleep(0.1)
    assert stack.pid("budget") is None, f"{failpoint} was not reached"
    stack.start("budget")
    assert figures.settle(cast.auditor, stack) == []
    assert _authorised(cast, plot) == before + amount

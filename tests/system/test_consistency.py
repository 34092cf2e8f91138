"""64 writers with conflicting commands on few lines, two replicas of which one is killed, lost answers and repeated requests: what the clients
saw and what the journal says must be what a serial ledger could give."""

import os
import time
from collections import Counter

import pytest
from tests.consistency.checker import check
from tests.consistency.history import DONE, LOST, REFUSED
from tests.consistency.run import Servers, record

SECONDS = 6
# Reasons by which the ledger may refuse such commands; a conflict of transactions is none.
REASONS = {"EXCEEDS_AVAILABLE", "BELOW_COMMITMENTS", "EXCEEDS_FROZEN", "EXCEEDS_ENCUMBRANCE", "VERSION_MISMATCH", "LINE_EXISTS",
           "RESERVATION_NOT_FOUND", "RESERVATION_RESOLVED", "EXCEEDS_RESERVATION"}


@pytest.fixture(scope="module")
def recorded():
    seed = int(os.environ.get("FISCUS_SEED") or time.time_ns() % 10**9)
    print("seed", seed)
    with Servers() as servers:
        history, broken = record(servers, SECONDS, seed)
        yield history, broken, servers.differences()


def test_a_serial_ledger_could_have_given_it(recorded):
    history, _, differences = recorded
    assert check(history) == []
    assert differences == []


def test_conflicts_are_never_reported(recorded):
    history, broken, _ = recorded
    assert broken == []
    assert {a.reason for a in history.attempts if a.outcome == REFUSED} <= REASONS


def test_the_run_met_what_it_was_made_for(recorded):
    history, _, _ = recorded
    outcomes = Counter(a.outcome for a in history.attempts)
    print(outcomes, Counter((a.command.kind, a.outcome, a.reason) for a in history.attempts))
    assert min(outcomes[DONE], outcomes[REFUSED]) > 100 and outcomes[LOST] > 10
    done = {a.command.kind for a in history.attempts if a.outcome == DONE}
    assert done >= {"APPROVE", "SUPPLEMENT", "REDUCE", "TRANSFER", "ALLOT", "FREEZE", "UNFREEZE", "ENCUMBER", "LIQUIDATE", "RESERVE", "POST", "VOID"}
    assert {a.reason for a in history.attempts if a.outcome == REFUSED} >= {"VERSION_MISMATCH", "RESERVATION_RESOLVED", "LINE_EXISTS"}
    tries = Counter(a.request_id for a in history.attempts)
    repeated = {a.request_id for a in history.attempts if a.outcome == DONE and tries[a.request_id] > 1}
    assert len(repeated) > 10

"""The checker on histories made by hand: good ones pass, and each way in which a ledger can be wrong is named."""

import random
import time
from dataclasses import replace
from math import inf

import pytest
from tests.consistency.checker import READ, check
from tests.consistency.history import DONE, LOST, REFUSED, Attempt, Command, Entry, History
from tests.consistency.ledger import Timeline, decide

A, B, R = "line-a", "line-b", "reservation"


def ask(kind, amount=0, line=A, **more):
    return Command(kind, line, amount, **more)


def written(request, *entries):
    return tuple(Entry(line, version, operation, amount, request) for line, version, operation, amount in entries)


def done(request, command, at, *entries, **more):
    """`at`: (sent, answered)."""
    entries = written(request, *entries)
    own = [e.version for e in entries if e.line == command.line]
    return Attempt(request, command, *at, DONE, entries=entries, **({"line_version": own[-1]} if own else {}) | more)


def refused(request, command, at, reason, available=None):
    return Attempt(request, command, *at, REFUSED, reason, available=available)


def lost(request, command, sent):
    return Attempt(request, command, sent, inf, LOST)


def read(at, version, available, line=A):
    return Attempt(f"read-{at}", ask(READ, line=line), *at, DONE, line_version=version, available=available)


def history(*attempts, journal=None):
    """The journal is what the answers say unless it is given as (request, line, version, operation, amount)."""
    rows = {(e.line, e.version): e for attempt in attempts for e in attempt.entries}
    if journal is not None:
        rows |= {(line, version): Entry(line, version, operation, amount, request) for request, line, version, operation, amount in journal}
    book = {}
    for (line, _), entry in sorted(rows.items()):
        book.setdefault(line, []).append(entry)
    return History(list(attempts), book)


START = done("start", ask("APPROVE", 100), (0, 1), (A, 1, "APPROVE", 100))
OTHER = done("other", ask("APPROVE", 50, line=B), (0, 1), (B, 1, "APPROVE", 50))
FREEZE = done("f", ask("FREEZE", 30), (2, 3), (A, 2, "FREEZE", 30))
RESERVE = done("r", ask("RESERVE", 60, reservation=R), (2, 3), (A, 2, "RESERVE", 60))
REDUCE_80 = ask("REDUCE", 80)

GOOD = {
    "nothing": [],
    "one after the other": [START, FREEZE, read((4, 5), 2, 70)],
    "a read beside a change sees the line before it": [START, FREEZE, read((2, 3), 1, 100)],
    "a read beside a change sees the line after it": [START, FREEZE, read((2, 3), 2, 70)],
    "refused while the money was held": [START, FREEZE, refused("x", REDUCE_80, (4, 5), "BELOW_COMMITMENTS", 70)],
    "refused by what another call did beside it": [START, FREEZE, refused("x", REDUCE_80, (2.5, 2.6), "BELOW_COMMITMENTS", 70)],
    "an expected version that has passed": [START, FREEZE, refused("x", ask("SUPPLEMENT", 1, expected_version=1), (4, 5), "VERSION_MISMATCH")],
    "part posted, the rest given back": [START, RESERVE, done("p", ask("POST", 40, reservation=R), (4, 5), (A, 3, "POST", 40), (A, 4, "VOID", 20))],
    "the same posting again changes nothing": [START, RESERVE, done("p", ask("POST", 60, reservation=R), (4, 5), (A, 3, "POST", 60)),
                                               done("q", ask("POST", 60, reservation=R), (6, 7), line_version=3)],
    "posted and voided at once, one wins": [START, RESERVE, done("p", ask("POST", 60, reservation=R), (4, 6), (A, 3, "POST", 60)),
                                            refused("v", ask("VOID", reservation=R), (4, 5), "RESERVATION_RESOLVED")],
    "a transfer": [START, OTHER, done("t", ask("TRANSFER", 40, counter=B), (2, 3), (A, 2, "TRANSFER_OUT", 40), (B, 2, "TRANSFER_IN", 40)),
                   read((4, 5), 2, 90, B)],
    "reserved out of an encumbrance": [START, done("e", ask("ENCUMBER", 90, contract="c"), (2, 3), (A, 2, "ENCUMBER", 90)),
                                       done("r", ask("RESERVE", 60, reservation=R, contract="c"), (4, 5), (A, 3, "RESERVE", 60)),
                                       refused("l", ask("LIQUIDATE", 31, contract="c"), (6, 7), "EXCEEDS_ENCUMBRANCE", 10),
                                       done("v", ask("VOID", reservation=R), (8, 9), (A, 4, "VOID", 60)), read((10, 11), 4, 10)],
    "a refusal whose answer was lost is given again, though the money is there by now": [
        START, FREEZE, lost("x", REDUCE_80, 4), done("u", ask("UNFREEZE", 30), (5, 6), (A, 3, "UNFREEZE", 30)),
        refused("x", REDUCE_80, (7, 8), "BELOW_COMMITMENTS", 70)],
    "a lost answer, tried again": [START, lost("f", FREEZE.command, 1.5), FREEZE],
}


@pytest.mark.parametrize("name", GOOD)
def test_what_a_serial_ledger_could_give_is_accepted(name):
    assert check(history(*GOOD[name])) == []


def test_a_lost_call_may_have_taken_effect_or_not():
    call = lost("f", FREEZE.command, 2)
    assert check(history(START, call)) == []
    assert check(history(START, call, read((9, 10), 2, 70), journal=[("f", A, 2, "FREEZE", 30)])) == []


# name → (history, words of the verdict)
BAD = {
    "lost update: answered, but not in the journal": (
        History([START, replace(FREEZE, line_version=0)], {A: list(START.entries)}), "the journal has"),
    "lost update: two answers for one version": (
        history(START, FREEZE, done("g", ask("FREEZE", 20), (2, 3), (A, 2, "FREEZE", 20))), "the journal has"),
    "stale read": (history(START, FREEZE, read((4, 5), 1, 100)), "cannot have happened"),
    "read from the future": (history(START, replace(FREEZE, invoked=6, returned=7), read((4, 5), 2, 70)), "cannot have happened"),
    "read of a version that never was": (history(START, read((2, 3), 2, 70)), "does not have"),
    "a read with another amount": (history(START, read((2, 3), 1, 99)), "was shown 99 available"),
    "two reads go back in time beside one change": (
        history(START, replace(FREEZE, returned=20), read((3, 4), 2, 70), read((5, 6), 1, 100)), "cannot have happened"),
    "refused though the money was there": (
        history(START, refused("x", ask("FREEZE", 80), (2, 3), "EXCEEDS_AVAILABLE")), "none of the versions"),
    "refused by what came later": (
        history(START, refused("x", ask("FREEZE", 80), (2, 3), "EXCEEDS_AVAILABLE"), replace(FREEZE, invoked=4, returned=5)), "none of the versions"),
    "refused by what was over": (
        history(START, FREEZE, done("u", ask("UNFREEZE", 30), (4, 5), (A, 3, "UNFREEZE", 30)),
                refused("x", REDUCE_80, (6, 7), "BELOW_COMMITMENTS")), "none of the versions"),
    "the wrong figure with a right refusal": (
        history(START, FREEZE, refused("x", REDUCE_80, (4, 5), "BELOW_COMMITMENTS", 71)), "none of the versions"),
    "a conflict reported as a refusal": (history(START, refused("x", ask("FREEZE", 1), (2, 3), "CONFLICT")), "none of the versions"),
    "refused, but done": (history(START, refused("f", FREEZE.command, (2, 3), "EXCEEDS_AVAILABLE"), journal=[("f", A, 2, "FREEZE", 30)]),
                          "took effect"),
    "refused after it was done": (
        history(START, FREEZE, refused("f", FREEZE.command, (4, 5), "EXCEEDS_AVAILABLE")), "in two ways"),
    "one request applied twice": (
        history(START, lost("f", FREEZE.command, 2), lost("f", FREEZE.command, 3),
                journal=[("f", A, 2, "FREEZE", 30), ("f", A, 3, "FREEZE", 30)]), "a serial ledger gives"),
    "one request id for two commands": (
        history(START, FREEZE, replace(FREEZE, command=ask("FREEZE", 31))), "two commands"),
    "an entry that nobody asked for": (history(START, journal=[("?", A, 2, "FREEZE", 1)]), "nobody asked"),
    "a gap in the journal": (history(START, done("f", FREEZE.command, (2, 3), (A, 3, "FREEZE", 30))), "a gap"),
    "overspent": (history(START, done("f", ask("FREEZE", 101), (2, 3), (A, 2, "FREEZE", 101))), "less than nothing"),
    "half of a transfer": (
        history(START, OTHER, done("t", ask("TRANSFER", 40, counter=B), (2, 3), (A, 2, "TRANSFER_OUT", 40))), "a serial ledger gives"),
    "money made on the way": (
        history(START, OTHER, done("t", ask("TRANSFER", 40, counter=B), (2, 3), (A, 2, "TRANSFER_OUT", 40), (B, 2, "TRANSFER_IN", 41))),
        "a serial ledger gives"),
    "posted and voided": (
        history(START, RESERVE, done("p", ask("POST", 60, reservation=R), (4, 5), (A, 3, "POST", 60)),
                done("v", ask("VOID", reservation=R), (4, 5), (A, 4, "VOID", 60))), "a serial ledger gives"),
    "posted twice": (
        history(START, RESERVE, done("p", ask("POST", 30, reservation=R), (4, 5), (A, 3, "POST", 30), (A, 4, "VOID", 30)),
                done("q", ask("POST", 30, reservation=R), (4, 5), (A, 5, "POST", 30))), "a serial ledger gives"),
    "posted more than was reserved": (
        history(START, RESERVE, done("p", ask("POST", 61, reservation=R), (4, 5), (A, 3, "POST", 61))), "a serial ledger gives"),
    "done against the expected version": (
        history(START, FREEZE, done("s", ask("SUPPLEMENT", 1, expected_version=1), (4, 5), (A, 3, "SUPPLEMENT", 1))), "a serial ledger gives"),
    "a mismatch of a version that was right": (
        history(START, FREEZE, refused("x", ask("SUPPLEMENT", 1, expected_version=2), (4, 5), "VERSION_MISMATCH")), "none of the versions"),
    "real time turned round": (
        history(START, done("g", ask("FREEZE", 1), (2, 3), (A, 3, "FREEZE", 1)), done("h", ask("FREEZE", 2), (4, 5), (A, 2, "FREEZE", 2))),
        "cannot have happened"),
    "two lines that tell different orders": (
        history(START, OTHER,
                done("t", ask("TRANSFER", 1, counter=B), (2, 9), (A, 2, "TRANSFER_OUT", 1), (B, 3, "TRANSFER_IN", 1)),
                done("s", ask("TRANSFER", 1, line=B, counter=A), (2, 9), (B, 2, "TRANSFER_OUT", 1), (A, 3, "TRANSFER_IN", 1))),
        "precede the other"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_serial_ledger_gives_is_named(name):
    faulty, words = BAD[name]
    verdict = " ".join(check(faulty))
    assert words in verdict, verdict or "accepted"


def _serial(calls, seed):
    """A history of a truly serial ledger whose calls overlap; each call happens at a moment of its own."""
    chance = random.Random(seed)
    timelines, journal, attempts = {}, {}, []
    for number in range(calls):
        line = f"line-{number % 8}" if number < 8 else f"line-{chance.randrange(8)}"
        kind = "APPROVE" if number < 8 else chance.choice(("FREEZE", "UNFREEZE", "SUPPLEMENT", "REDUCE", READ))
        command = Command(kind, line, 10_000 if number < 8 else chance.randint(1, 4000))
        at = number, number + 0.5
        span = at[0] - chance.random() * 40, at[0] + chance.random() * 40
        timeline = timelines.setdefault(line, Timeline(line))
        if kind == READ:
            attempts.append(Attempt(f"q{number}", command, *span, line_version=timeline.last, available=timeline.available(timeline.last)))
            continue
        verdict = decide(command, timeline, timeline.last)
        if isinstance(verdict, str):
            attempts.append(Attempt(f"q{number}", command, *span, REFUSED, verdict, available=timeline.available(timeline.last)))
            continue
        entry = Entry(line, timeline.last + 1, verdict[0][1], verdict[0][2], f"q{number}")
        timeline.add(entry, command)
        journal.setdefault(line, []).append(entry)
        attempts.append(Attempt(f"q{number}", command, *span, entries=(entry,), line_version=entry.version))
    return History(attempts, journal)


@pytest.mark.parametrize("seed", range(20))
def test_every_serial_history_is_accepted_and_a_planted_lie_is_not(seed):
    told = _serial(600, seed)
    assert check(told) == []
    chance = random.Random(seed)
    reads = [i for i, a in enumerate(told.attempts) if a.command.kind == READ]
    position = chance.choice(reads)
    told.attempts[position] = replace(told.attempts[position], available=told.attempts[position].available + 1)
    assert check(told) != []


def test_twenty_thousand_calls_are_checked_in_seconds():
    told = _serial(20_000, 1)
    started = time.monotonic()
    assert check(told) == []
    assert time.monotonic() - started < 10

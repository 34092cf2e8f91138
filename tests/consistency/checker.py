"""Accepts a history exactly when each of its calls has a moment between its sending and its answer at which a serial ledger, in the order
of the lines' versions, gives that answer. Pure.

The order: versions of a line number its changes, so they give the order of everything that wrote to it; what touched two lines ties their
orders together; and a call that was answered before another was sent comes first. Each change gets the earliest moment that its
predecessors allow; if that is after its answer, no order exists. That test is exact for changes and reads, whose version the
answer shows. A refusal shows none: it is given the range of versions at which it would be right, and takes part in the order with
the ends of that range. (Each refusal is right by itself; that all of them are right in one and the same order is not searched for.)
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import inf

from tests.consistency.history import DONE, LOST, REFUSED
from tests.consistency.ledger import Timeline, decide

READ = "READ"


@dataclass
class _Moment:
    """A change, read or refusal and the time in which it must have happened."""

    name: str
    opens: float
    closes: float


def check(history):
    """What is wrong with the history, as sentences; empty if a serial ledger could have given it."""
    faults = _shape(history)
    if faults:
        return faults
    return _Check(history).run()


def _shape(history):
    """Versions without a gap, entries that somebody asked for."""
    asked = {attempt.request_id for attempt in history.attempts}
    faults = []
    for line, entries in history.journal.items():
        if [entry.version for entry in entries] != list(range(1, len(entries) + 1)):
            faults.append(f"{line}: the journal's versions have a gap or a repetition")
        faults += [f"{line} version {e.version}: nobody asked for {e.operation} {e.amount}" for e in entries if e.request_id not in asked]
    return faults


class _Check:
    def __init__(self, history):
        self._attempts = history.attempts
        self._journal = history.journal
        self._faults = []
        self._by_request = {}
        for attempt in history.attempts:
            self._by_request.setdefault(attempt.request_id, []).append(attempt)
        self._effects = {}  # request id → its entries, lines in the order of the journal
        for entries in history.journal.values():
            for entry in entries:
                self._effects.setdefault(entry.request_id, []).append(entry)
        self._timelines = {}
        self._moments = []
        self._after = []   # moment → moments that must come later
        self._writer = {}  # (line, version) → moment

    def run(self):
        self._replay()
        self._answers()
        if self._faults:
            return self._faults
        self._order_changes()
        self._order_reads()
        earliest, latest = self._schedule()
        if not self._faults:
            self._justify(earliest, latest)
            if not self._faults:
                self._schedule()
        return self._faults

    # What the journal says, against the serial ledger

    def _replay(self):
        for line, entries in self._journal.items():
            timeline = self._timelines[line] = Timeline(line)
            for entry in entries:
                timeline.add(entry, self._by_request[entry.request_id][0].command)
                if timeline.least(entry.version) < 0:
                    self._faults.append(f"{line} version {entry.version}: {entry.operation} {entry.amount} left less than nothing")
        for request_id, entries in self._effects.items():
            command = self._by_request[request_id][0].command
            first = min((e.version for e in entries if e.line == command.line), default=1)
            expected = decide(command, self._timeline(command.line), first - 1)
            written = tuple((e.line, e.operation, e.amount) for e in entries)
            if isinstance(expected, str) or sorted(expected) != sorted(written):
                self._faults.append(f"{command} at version {first - 1} wrote {written}, a serial ledger gives {expected}")

    def _timeline(self, line):
        return self._timelines.setdefault(line, Timeline(line))

    # What the answers say, against the journal

    def _answers(self):
        for request_id, attempts in self._by_request.items():
            if len({attempt.command for attempt in attempts}) > 1:
                self._faults.append(f"request {request_id} was used for two commands")
            if len({_answer_of(a) for a in attempts if a.outcome != LOST and a.command.kind != READ}) > 1:
                self._faults.append(f"{attempts[0].command} was answered in two ways under one request id")
            effect = self._effects.get(request_id, [])
            for attempt in attempts:
                self._answer(attempt, effect)
            if effect and all(attempt.outcome == REFUSED for attempt in attempts):
                self._faults.append(f"{attempts[0].command} was refused ({attempts[0].reason}) but took effect")

    def _answer(self, attempt, effect):
        if attempt.outcome != DONE:
            return
        if attempt.entries is not None and {_essence(e) for e in attempt.entries} != {_essence(e) for e in effect}:
            self._faults.append(f"{attempt.command} was answered with {attempt.entries}, the journal has {effect}")
        own = [e.version for e in effect if e.line == attempt.command.line]
        if own and attempt.line_version and attempt.line_version != max(own):
            self._faults.append(f"{attempt.command} wrote version {max(own)}, its answer shows {attempt.line_version}")
        timeline = self._timeline(attempt.command.line)
        if attempt.line_version > timeline.last:
            self._faults.append(f"{attempt.command} was shown version {attempt.line_version}, which the journal does not have")
        elif attempt.available is not None and attempt.available != timeline.available(attempt.line_version):
            self._faults.append(f"{attempt.command} was shown {attempt.available} available at version {attempt.line_version}, "
                                f"where it was {timeline.available(attempt.line_version)}")

    # The order

    def _moment(self, name, opens, closes):
        self._moments.append(_Moment(name, opens, closes))
        self._after.append([])
        return len(self._moments) - 1

    def _order_changes(self):
        for request_id, entries in self._effects.items():
            attempts = self._by_request[request_id]
            closes = min((a.returned for a in attempts if a.outcome == DONE), default=inf)
            moment = self._moment(str(attempts[0].command), min(a.invoked for a in attempts), closes)
            for entry in entries:
                self._writer[entry.line, entry.version] = moment
        for (line, version), moment in self._writer.items():
            following = self._writer.get((line, version + 1))
            if following not in (None, moment):
                self._after[moment].append(following)

    def _order_reads(self):
        for attempt in self._attempts:
            if attempt.outcome == DONE and attempt.command.kind == READ:
                moment = self._moment(f"{attempt.command} of version {attempt.line_version}", attempt.invoked, attempt.returned)
                self._between(moment, attempt.command.line, attempt.line_version, attempt.line_version)

    def _between(self, moment, line, low, high):
        """`moment` comes after what wrote version `low` and before what ended version `high`."""
        if (line, low) in self._writer:
            self._after[self._writer[line, low]].append(moment)
        if (line, high + 1) in self._writer:
            self._after[moment].append(self._writer[line, high + 1])

    def _schedule(self):
        """(earliest, latest) moment of each; notes those for which there is none."""
        order = self._sorted()
        if len(order) < len(self._moments):
            stuck = set(range(len(self._moments))) - set(order)
            self._faults.append("changes that must each precede the other: " + "; ".join(self._moments[m].name for m in sorted(stuck)[:4]))
            return [], []
        earliest = [moment.opens for moment in self._moments]
        latest = [moment.closes for moment in self._moments]
        for moment in order:
            for later in self._after[moment]:
                earliest[later] = max(earliest[later], earliest[moment])
        for moment in reversed(order):
            for later in self._after[moment]:
                latest[moment] = min(latest[moment], latest[later])
        self._faults += [f"{m.name} was answered at {m.closes}, but cannot have happened before {earliest[i]}"
                         for i, m in enumerate(self._moments) if earliest[i] > m.closes]
        return earliest, latest

    def _sorted(self):
        waits = [0] * len(self._moments)
        for later in self._after:
            for moment in later:
                waits[moment] += 1
        order = [moment for moment, count in enumerate(waits) if count == 0]
        for moment in order:  # grows while it is walked
            for later in self._after[moment]:
                waits[later] -= 1
                if waits[later] == 0:
                    order.append(later)
        return order

    # Refusals, and commands that found nothing left to do

    def _justify(self, earliest, latest):
        began, ended = {}, {}
        for line, timeline in self._timelines.items():
            writers = [self._writer[line, version] for version in range(1, timeline.last + 1)]
            began[line] = [-inf, *(earliest[m] for m in writers)]
            ended[line] = [*(latest[m] for m in writers), inf]
        for request_id, attempts in self._by_request.items():
            answered = [attempt for attempt in attempts if attempt.outcome != LOST]
            if answered and answered[0].command.kind != READ and request_id not in self._effects:
                # A refusal is kept with its request: the answer may be of any attempt before it.
                answer = min(answered, key=lambda attempt: attempt.returned)
                self._justify_one(answer, min(attempt.invoked for attempt in attempts), began, ended)

    def _justify_one(self, answer, invoked, began, ended):
        line = answer.command.line
        # Versions that may have been the line's while the request was under way.
        versions = range(bisect_left(ended[line], invoked), bisect_right(began[line], answer.returned))
        right = [version for version in versions if self._explains(answer, version)]
        if not right:
            self._faults.append(f"{answer.command} was {answer.outcome} {answer.reason} with {answer.available} available, which was right "
                                f"at none of the versions {versions.start} to {versions.stop - 1}")
            return
        moment = self._moment(f"{answer.command} {answer.outcome} {answer.reason}", invoked, answer.returned)
        self._between(moment, line, right[0], right[-1])

    def _explains(self, attempt, version):
        timeline = self._timelines[attempt.command.line]
        shown = attempt.available is None or attempt.available == timeline.available(version)
        if attempt.outcome == DONE:
            shown = shown and attempt.line_version in (0, version)
        return shown and decide(attempt.command, timeline, version) == (attempt.reason if attempt.outcome == REFUSED else ())


def _essence(entry):
    return entry.line, entry.version, entry.operation, entry.amount


def _answer_of(attempt):
    return attempt.outcome, attempt.reason, attempt.line_version, attempt.available

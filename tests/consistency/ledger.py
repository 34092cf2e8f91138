"""The serial ledger that a history is held against: written from the rules of domain.md and the API's documentation, it shares no code
with the product. Lines are active and controlled, or (where something is allotted) pending and controlled.
"""

from bisect import bisect_right

# What each operation adds to a line's authorised, frozen, encumbered, in transit and paid.
_MOVES = {"APPROVE": (1, 0, 0, 0, 0), "SUPPLEMENT": (1, 0, 0, 0, 0), "REDUCE": (-1, 0, 0, 0, 0),
          "TRANSFER_OUT": (-1, 0, 0, 0, 0), "TRANSFER_IN": (1, 0, 0, 0, 0),
          "ALLOT_DOWN": (-1, 0, 0, 0, 0), "ALLOT_IN": (1, 0, 0, 0, 0),
          "FREEZE": (0, 1, 0, 0, 0), "UNFREEZE": (0, -1, 0, 0, 0),
          "ENCUMBER": (0, 0, 1, 0, 0), "LIQUIDATE": (0, 0, -1, 0, 0),
          "RESERVE": (0, 0, 0, 1, 0), "VOID": (0, 0, 0, -1, 0), "POST": (0, 0, 0, -1, 1)}
KINDS = ("APPROVE", "SUPPLEMENT", "REDUCE", "TRANSFER", "ALLOT", "FREEZE", "UNFREEZE", "ENCUMBER", "LIQUIDATE", "RESERVE", "POST", "VOID")


class Timeline:
    """A line at each of its versions; version 0 is before it was approved."""

    def __init__(self, line):
        self.line = line
        self._standings = [(0, 0, 0, 0, 0)]
        self._approved = 0
        self._open = {}          # contract → ([version], [open amount])
        self._reservations = {}  # id → [version reserved, amount, version resolved or None, posted, contract]

    def add(self, entry, command):
        """The next entry, which `command` wrote."""
        moved = tuple(sign * entry.amount for sign in _MOVES[entry.operation])
        under = self._contract(command)
        if under and entry.operation in ("RESERVE", "VOID"):  # money that a contract holds goes there and back
            moved = (0, 0, -moved[3], moved[3], 0)
        self._standings.append(tuple(a + b for a, b in zip(self._standings[-1], moved, strict=True)))
        if under and moved[2]:
            versions, amounts = self._open.setdefault(under, ([0], [0]))
            versions.append(self.last)
            amounts.append(amounts[-1] + moved[2])
        if entry.operation == "APPROVE":
            self._approved = entry.amount
        elif entry.operation == "RESERVE":
            self._reservations.setdefault(command.reservation, [self.last, entry.amount, None, None, command.contract])
        elif entry.operation in ("POST", "VOID") and command.reservation in self._reservations:
            found = self._reservations[command.reservation]
            if found[2] is None:  # the rest of a partial posting is no second end
                found[2], found[3] = self.last, entry.amount if entry.operation == "POST" else None

    @property
    def last(self):
        return len(self._standings) - 1

    def available(self, version):
        authorised, frozen, encumbered, in_transit, paid = self._standings[version]
        return authorised - frozen - encumbered - in_transit - paid

    def least(self, version):
        """The smallest of all that must not be below zero."""
        return min(*self._standings[version], self.available(version))

    def frozen(self, version):
        return self._standings[version][1]

    def open(self, contract, version):
        versions, amounts = self._open.get(contract, ([0], [0]))
        return amounts[bisect_right(versions, version) - 1]

    def approved(self):
        return self._approved

    def reservation(self, reservation, version):
        """(amount, resolved, posted) or None."""
        found = self._reservations.get(reservation)
        if found is None or found[0] > version:
            return None
        resolved = found[2] is not None and found[2] <= version
        return found[1], resolved, found[3] if resolved else None

    def _contract(self, command):
        found = self._reservations.get(command.reservation)
        return found[4] if found else command.contract


def decide(command, line, version):
    """What a serial ledger answers to the command when `line` has that version: a reason, or the entries as (line, operation, amount)."""
    if command.kind == "APPROVE":
        if version == 0:
            return ((command.line, "APPROVE", command.amount),)
        return () if line.approved() == command.amount else "LINE_EXISTS"
    if command.kind in ("POST", "VOID"):
        return _resolve(command, line, version)
    if version == 0:
        return "LINE_NOT_FOUND"
    return _move(command, line, version)


def _resolve(command, line, version):
    found = line.reservation(command.reservation, version)
    if found is None:
        return "RESERVATION_NOT_FOUND"
    reserved, resolved, posted = found
    if command.kind == "POST" and posted == command.amount:
        return ()
    if resolved:
        return "RESERVATION_RESOLVED"
    if command.kind == "VOID":
        return ((command.line, "VOID", reserved),)
    if command.amount > reserved:
        return "EXCEEDS_RESERVATION"
    rest = reserved - command.amount
    return ((command.line, "POST", command.amount), *([(command.line, "VOID", rest)] if rest else []))


def _move(command, line, version):
    amount, kind = command.amount, command.kind
    found = line.reservation(command.reservation, version) if kind == "RESERVE" else None
    if found and not found[1] and found[0] == amount:
        return ()
    limit, reason = _limit(command, line, version)
    if limit is not None and amount > limit:
        return reason
    if kind in ("SUPPLEMENT", "REDUCE") and command.expected_version not in (0, version):
        return "VERSION_MISMATCH"
    if found:
        return "RESERVATION_RESOLVED" if found[0] == amount else "RESERVATION_EXISTS"
    if kind == "TRANSFER":
        return (command.line, "TRANSFER_OUT", amount), (command.counter, "TRANSFER_IN", amount)
    if kind == "ALLOT":
        return (command.line, "ALLOT_DOWN", amount), (command.counter, "ALLOT_IN", amount)
    return ((command.line, kind, amount),)


def _limit(command, line, version):
    if command.kind == "SUPPLEMENT":
        return None, ""
    if command.kind == "REDUCE":
        return line.available(version), "BELOW_COMMITMENTS"
    if command.kind == "UNFREEZE":
        return line.frozen(version), "EXCEEDS_FROZEN"
    if command.kind == "LIQUIDATE" or (command.kind == "RESERVE" and command.contract):
        return line.open(command.contract, version), "EXCEEDS_ENCUMBRANCE"
    return line.available(version), "EXCEEDS_AVAILABLE"

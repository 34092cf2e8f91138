"""What clients saw, and what the ledger's journal says afterwards."""

from dataclasses import dataclass, field
from math import inf

DONE, REFUSED, LOST = "done", "refused", "lost"


@dataclass(frozen=True)
class Command:
    """What was asked. `kind` is one of ledger.KINDS, or READ."""

    kind: str
    line: str
    amount: int = 0
    counter: str = ""      # TRANSFER: the receiving line; ALLOT: the child
    reservation: str = ""  # RESERVE, POST, VOID
    contract: str = ""     # ENCUMBER, LIQUIDATE; RESERVE out of an encumbrance
    expected_version: int = 0


@dataclass(frozen=True)
class Entry:
    """A journal entry."""

    line: str
    version: int
    operation: str
    amount: int
    request_id: str = ""


@dataclass(frozen=True)
class Attempt:
    """One call, from when it was sent until its answer was there (one clock for all clients). A lost answer never returned."""

    request_id: str
    command: Command
    invoked: float
    returned: float = inf
    outcome: str = DONE
    reason: str = ""       # REFUSED
    entries: tuple | None = ()  # DONE: what the answer says was written; None if such an answer does not say
    line_version: int = 0  # DONE, and READ: the line as the answer shows it
    available: int | None = None  # likewise; REFUSED: the figure that explains the refusal


@dataclass
class History:
    """`journal`: line → its entries in the order in which the ledger gives them."""

    attempts: list = field(default_factory=list)
    journal: dict = field(default_factory=dict)

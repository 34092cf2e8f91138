"""What the simulated bank does with an order: a pure function of the order and the settings. Times are milliseconds."""

import hashlib
from dataclasses import dataclass, field

ACCEPTED, CLEARED, REJECTED, RECEIPT, REFUNDED = 1, 2, 3, 4, 5  # numbers of fiscus.payments.v1.BankEventKind

# Prefix of the payee's account number → behaviour. The longest matching prefix wins; all others clear.
ACCOUNTS = {
    "9911": "reject_closed",
    "9912": "reject_blocked",
    "9913": "reject_funds",
    "9914": "reject_technical",
    "9915": "reject_treasury",
    "9921": "slow",
    "9922": "stuck",
    "9931": "silent",
    "9932": "swallow",
    "9941": "repeat",
    "9942": "echo",
    "9943": "disorder",
    "9944": "contradict",
    "9945": "reject_then_clear",
    "9951": "partial",
    "9961": "refund",
    "9962": "refund_half",
}

# Behaviour → bank code and class. The codes are those of ISO 20022's external reason list, but for TR01, which is ours.
REJECTIONS = {
    "reject_closed": ("AC04", "CREDITOR_ACCOUNT"),
    "reject_blocked": ("AC06", "CREDITOR_ACCOUNT"),
    "reject_funds": ("AM04", "DEBTOR_ACCOUNT"),
    "reject_technical": ("RC01", "TECHNICAL"),
    "reject_treasury": ("TR01", "TREASURY"),
}

NAMES = ("clear", *sorted(set(ACCOUNTS.values())))

# A slow clearing takes this many times the usual delay.
SLOW_FACTOR = 20
_WHOLE_BP = 10_000


@dataclass(frozen=True)
class Settings:
    """Delays in ms; rates in basis points of orders whose account has no behaviour of its own."""

    accept_ms: int = 0
    clear_ms: int = 50
    receipt_ms: int = 20
    refund_ms: int = 50
    reject_bp: int = 0
    silent_bp: int = 0
    repeat_bp: int = 0
    seed: str = "bank"
    accounts: dict = field(default_factory=lambda: dict(ACCOUNTS))


@dataclass(frozen=True)
class Planned:
    """An event that will be told `after_ms` after the order came in. Events of one label have one event id."""

    after_ms: int
    kind: int
    label: str
    amount: int = 0
    code: str = ""
    code_class: str = ""


def behaviour_of(instruction_id, account_no, settings):
    """Name of the behaviour of an order; the same for a repeat, whenever it comes."""
    prefixes = [prefix for prefix in settings.accounts if account_no.startswith(prefix)]
    if prefixes:
        return settings.accounts[max(prefixes, key=len)]
    for name, rate in (("reject_closed", settings.reject_bp), ("silent", settings.silent_bp), ("repeat", settings.repeat_bp)):
        if _share_bp(settings.seed, name, instruction_id) < rate:
            return name
    return "clear"


def plan(behaviour, amount, settings):
    """The events of an order, in the order in which they are told."""
    accept, clear = settings.accept_ms, settings.accept_ms + settings.clear_ms
    receipt = clear + settings.receipt_ms
    accepted = Planned(accept, ACCEPTED, "accepted")
    cleared = Planned(clear, CLEARED, "cleared", amount)
    receipted = Planned(receipt, RECEIPT, "receipt", amount)
    usual = [accepted, cleared, receipted]
    if behaviour in REJECTIONS:
        code, code_class = REJECTIONS[behaviour]
        return [accepted, Planned(clear, REJECTED, "rejected", amount, code, code_class)]
    if behaviour == "slow":
        late = accept + settings.clear_ms * SLOW_FACTOR
        return [accepted, Planned(late, CLEARED, "cleared", amount), Planned(late + settings.receipt_ms, RECEIPT, "receipt", amount)]
    if behaviour == "stuck":
        return [accepted]
    if behaviour == "repeat":
        return [accepted, accepted, cleared, cleared, receipted, receipted, receipted, cleared]
    if behaviour == "echo":
        return usual + [Planned(receipt, planned.kind, planned.label + "-again", planned.amount) for planned in usual]
    if behaviour == "disorder":
        return [Planned(clear, RECEIPT, "receipt", amount), cleared, Planned(clear, ACCEPTED, "accepted")]
    if behaviour == "contradict":
        return [*usual, Planned(receipt, REJECTED, "rejected", amount, "AC04", "CREDITOR_ACCOUNT"),
                Planned(receipt, CLEARED, "cleared-other", amount + 1)]
    if behaviour == "reject_then_clear":
        return [accepted, Planned(clear, REJECTED, "rejected", amount, "AC04", "CREDITOR_ACCOUNT"),
                Planned(receipt, CLEARED, "cleared", amount)]
    if behaviour == "partial":
        part = max(amount // 2, 1)
        return [accepted, Planned(clear, CLEARED, "cleared", part), Planned(receipt, RECEIPT, "receipt", part)]
    if behaviour in ("refund", "refund_half"):
        back = amount if behaviour == "refund" else max(amount // 2, 1)
        return [*usual, Planned(receipt + settings.refund_ms, REFUNDED, "refunded", back)]
    return usual  # clear; and silent and swallow, which differ in the answer only


def _share_bp(seed, name, instruction_id):
    """A number in 0..9999 that depends on nothing but its arguments."""
    digest = hashlib.sha256(f"{seed}/{name}/{instruction_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _WHOLE_BP

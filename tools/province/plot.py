"""What shall happen: 60 projects of 12 units over six months, with a known share of trouble. Pure and deterministic."""

import random
from dataclasses import dataclass, field

from tools.province.api import stable_id
from tools.province.cast import unit_paths

YEAR = 2026
MONTHS = range(1, 7)
CURRENCY = "CNY"
_MONTH_END = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30}

# Story → how many of 60 projects live it.
STORIES = {"healthy": 40, "overspender": 5, "laggard": 5, "payer_ahead": 5, "idle": 4, "rejected_by_bank": 1}


def month_end(month):
    return f"{YEAR}-{month:02d}-{_MONTH_END[month]}"


def day(month, number):
    return f"{YEAR}-{month:02d}-{number:02d}"


@dataclass
class Month:
    """What a project does in a month: shares of its contract, in basis points."""

    measured_bp: int  # certified progress to date
    paid_bp: int      # paid in this month
    attempts: list = field(default_factory=list)  # (amount in fen, under the contract?) that must be refused


@dataclass
class ProjectPlot:
    number: int
    story: str
    project_id: str
    line_id: str
    contract_id: str
    work_item_ids: list
    unit_path: str
    budget: int    # fen
    contract: int  # fen
    months: dict   # month → Month

    @property
    def meets_milestone(self):
        return self.story not in ("laggard", "idle")

    @property
    def code(self):
        return f"SYN-{YEAR}-{self.number:03d}"

    def payment_id(self, month, attempt=0):
        return stable_id("payment", self.project_id, month, attempt)


def _months(story, contract, budget, dice):
    """Progress and payments of each month by story."""
    months = {}
    for month in MONTHS:
        even = 990 * month + dice.randrange(-20, 60)  # a little before the calendar: the budget is a little more than the contract
        if story == "idle":
            months[month] = Month(0, 0)
        elif story == "laggard":
            months[month] = Month(150 * month, 150)
        elif story == "payer_ahead":
            months[month] = Month(500 * month, 1400)
        else:
            months[month] = Month(even, 950)
        if story == "overspender" and month in (3, 5):
            months[month].attempts = [(contract, True), (budget + dice.randrange(1, 10) * 100_000, False)]
    return months


def make_plots(count=60, seed=330000):
    """The plots of `count` projects; the same seed gives the same province."""
    dice = random.Random(seed)
    stories = [story for story, number in STORIES.items() for _ in range(max(1, number * count // 60))]
    stories = (stories + ["healthy"] * count)[:count]
    units = unit_paths()
    plots = []
    for number in range(count):
        budget = dice.randrange(20, 400) * 10_000_000  # 2 to 40 million yuan
        contract = budget * 84 // 100
        key = ("project", seed, number)
        plots.append(ProjectPlot(
            number=number, story=stories[number], project_id=stable_id(*key), line_id=stable_id(*key, "line"),
            contract_id=stable_id(*key, "contract"), work_item_ids=[stable_id(*key, "item", i) for i in range(3)],
            unit_path=units[number % len(units)], budget=budget, contract=contract,
            months=_months(stories[number], contract, budget, dice)))
    return plots

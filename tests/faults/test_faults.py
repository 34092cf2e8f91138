"""The harness itself: its table and choice by hand-made rounds, and a short run on real processes."""

import random

from tests.faults.__main__ import run, table


def _round(fault, served, violations=()):
    return {"fault": fault, "served_s": served, "settled_s": served + 1, "acknowledged": 3, "violations": list(violations)}


def test_the_table_has_median_largest_and_violations():
    rows = table([_round("a", 1), _round("a", 5, ["lost"]), _round("a", 2), _round("b", 0)]).splitlines()[2:]
    assert rows == ["| a | 3 | 2.0 / 5.0 | 3.0 / 6.0 | 1 |", "| b | 1 | 0.0 / 0.0 | 1.0 / 1.0 | 0 |"]


def test_every_fault_comes_before_any_comes_again():
    class Fake:
        def round(self, fault, chance):
            seen.append(fault)
            return _round(fault, 0)
    seen = []
    run(Fake(), ["a", "b", "c"], 0.01, random.Random(1))
    assert sorted(seen[:3]) == ["a", "b", "c"] and len(seen) > 3


def test_nothing_is_lost_when_processes_freeze_links_break_disks_fill_and_clocks_jump():
    """What tests/system/test_faults.py does not do: it kills."""
    from tests.faults.harness import Harness
    with Harness(seed=11) as harness:
        chosen = ("freeze bank", "cut payments from budget", "cut budget from postgres", "fill the disk of monitor", "let the clock of budget jump")
        for name in (name for name in chosen if name in harness.faults):
            result = harness.round(harness.faults[name], random.Random(1))
            assert result["violations"] == []
            assert result["acknowledged"] > 0

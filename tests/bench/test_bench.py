"""The benchmarks as programs: they work, and what they leave behind is right. How fast they are is no test."""

import pytest

from tests.bench import report
from tests.bench.measure import Comparison, Subject, by_turns, ratios, summary
from tools.stack.paths import default_build


def test_the_ledger_is_loaded_refuses_and_stays_balanced():
    from tests.bench.ledger import LedgerBench
    with LedgerBench(lines=40, seconds=0.5, build=default_build(), warm_up_s=0.1) as bench:
        for kind, options in (("reserve", {"in_flight": 8}), ("pay", {"in_flight": 8}), ("batch", {"in_flight": 2, "batch": 50})):
            answer = bench.load(kind, **options)
            assert answer["accepted"] > 0 and answer["refused"] == 0
            assert answer["worked"] >= answer["accepted"]
            assert 0 < answer["p50_ms"] <= answer["p99_ms"]
        mixed = bench.load("reserve", in_flight=8, refused_bp=5000)
        assert mixed["accepted"] > 0 and mixed["refused"] > 0
        assert bench.sql("naive", connections=2)["accepted"] > 0
        assert bench.sql("batch", connections=1)["accepted"] > 0
        assert bench.verify()


def test_the_monitor_works_the_log_off_and_gives_the_same_each_time():
    from tests.bench.monitor import MonitorBench
    with MonitorBench(projects=30, days=6, build=default_build()) as bench:
        for _ in range(2):
            answer = bench.work_off()
            assert answer["rate"] > 0 and answer["restore_s"] > 0
        assert bench.work_off_by_two()["rate"] > 0
        assert bench.read()["rate"] > 0
        assert bench.records > 30 * 7
        assert bench.sane()


def test_every_warning_comes_while_facts_come():
    from tests.bench.latency import LatencyBench
    with LatencyBench(projects=60, per_second=200, seconds=2, build=default_build(), warm_up_s=0.5) as bench:
        answer = bench.latency()
        assert answer["warnings"] > 0 and 0 < answer["p50_ms"] <= answer["p99_ms"]
        assert bench.sane()


def test_subjects_take_turns_and_a_ratio_is_that_of_its_round():
    order, rates = [], iter([10, 5, 4, 12])
    subjects = [Subject(name, lambda name=name: order.append(name) or {"rate": next(rates), "p50_ms": 1}) for name in ("ours", "theirs")]
    results = by_turns(subjects, rounds=2, say=lambda text: None)
    assert order == ["ours", "theirs", "theirs", "ours"]
    row, = ratios([Comparison("x", "ours", "theirs", goal=2.5)], results)
    assert row["ratio"] == {"median": 2.5, "low": 2, "high": 3}
    assert summary(results)["ours"]["rate"] == {"median": 11, "low": 10, "high": 12}


def test_less_cost_is_better_and_what_did_not_run_is_left_out():
    results = {"ours": [{"rate": 1, "cpu_s_per_1000": 2}], "theirs": [{"rate": 1, "cpu_s_per_1000": 8}]}
    row, = ratios([Comparison("cost", "ours", "theirs", figure="cpu_s_per_1000"), Comparison("x", "ours", "absent")], results)
    assert row["ratio"]["median"] == 4


@pytest.mark.parametrize("goal, verdict", [(1.9, "reached"), (2.1, "**missed**"), (None, "|  |  |")])
def test_a_miss_is_said(goal, verdict):
    row = Comparison("x", "ours", "theirs", goal)._asdict() | {"ratio": {"median": 2.0, "low": 1.0, "high": 3.0}}
    assert verdict in report.comparison_table([row])

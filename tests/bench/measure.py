"""Rounds by turns: every subject once per round, so that what else the machine does falls on all of them."""

import statistics
from typing import Callable, NamedTuple


_LESS_IS_BETTER = ("cpu_s_per_1000", "p50_ms", "p99_ms", "rss_mib")


class Subject(NamedTuple):
    """Something measured. `run` returns a dict with at least `rate`, per second."""

    name: str
    run: Callable[[], dict]


class Comparison(NamedTuple):
    """`name`: what is said; `ours` and `anchor`: names of subjects; `goal`: ratio that must be reached, or None. The ratio says how many
    times better ours is in `figure`: more of a rate, less of what is in _LESS_IS_BETTER."""

    name: str
    ours: str
    anchor: str
    goal: float | None = None
    figure: str = "rate"


def by_turns(subjects, rounds, say):
    """{name: [result of each round]}. Every other round runs backwards, so that nobody always follows the same neighbour."""
    results = {subject.name: [] for subject in subjects}
    for number in range(rounds):
        for subject in subjects if number % 2 == 0 else reversed(subjects):
            result = subject.run()
            results[subject.name].append(result)
            say(f"round {number + 1} of {rounds}: {subject.name}: {result['rate']:,.0f}/s")
    return results


def spread(values):
    """{"median", "low", "high"}"""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def summary(results):
    """{name: {field: spread}} over the rounds; only fields that every round has."""
    return {name: {field: spread([row[field] for row in rows]) for field in rows[0] if all(field in row for row in rows)}
            for name, rows in results.items()}


def ratios(comparisons, results):
    """[{name, ours, anchor, goal, ratio: spread}]: the ratio is taken within each round, then its median."""
    return [comparison._asdict() | {"ratio": spread([_times_better(comparison.figure, mine, theirs) for mine, theirs in
                                                     zip(results[comparison.ours], results[comparison.anchor])])}
            for comparison in comparisons if comparison.ours in results and comparison.anchor in results]


def _times_better(figure, mine, theirs):
    better, worse = (theirs, mine) if figure in _LESS_IS_BETTER else (mine, theirs)
    return better[figure] / worse[figure] if worse[figure] else float("inf")

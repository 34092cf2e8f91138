"""Benchmarks against peers and limits on this machine: python -m tests.bench; started by `tools/dev bench`."""

import argparse
import json
import sys
from pathlib import Path

from tests.bench import growth, report, starts, streams
from tests.bench.measure import by_turns, ratios, summary
from tools.stack.paths import default_build


def main():
    parser = argparse.ArgumentParser(prog="tools/dev bench", description="Measures ours and its anchors by turns in one run; prints "
                                                                        "the ratios. The machine should be idle otherwise.")
    parser.add_argument("name", nargs="*", choices=[[], *_BENCHES], help=f"one or more of {', '.join(_BENCHES)}; default: all but growth")
    parser.add_argument("--rounds", type=int, default=5, help="how often each subject runs; default 5")
    parser.add_argument("--seconds", type=float, default=5, help="how long each run is measured; default 5")
    parser.add_argument("--lines", type=int, default=10_000, help="ledger: budget lines; default 10000")
    parser.add_argument("--projects", type=int, default=20_000, help="monitor, latency: projects; default 20000")
    parser.add_argument("--days", type=int, default=30, help="monitor, growth: days that they live; default 30")
    parser.add_argument("--rate", type=int, default=5_000, help="latency: facts per second; default 5000")
    parser.add_argument("--sizes", type=_sizes, default=(1_000, 10_000, 100_000), metavar="N,N,…",
                        help="growth: lines, and projects; default 1000,10000,100000")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write everything that was measured")
    arguments = parser.parse_args()
    where = report.circumstances()
    print(f"{where['date']}, commit {where['commit']}, {where['machine']}, load before the run {where['load_before']}\n")
    names = arguments.name or [name for name in _BENCHES if name != "growth"]
    measured = {name: _BENCHES[name](arguments) for name in names}
    if arguments.json:
        arguments.json.write_text(json.dumps({"circumstances": where, "benches": measured}, indent=1) + "\n")
    sys.exit(0 if all(bench["sane"] for bench in measured.values()) else 1)


def _sizes(text):
    return tuple(int(part) for part in text.split(","))


def _ledger(arguments):
    from tests.bench.ledger import COMPARISONS, LedgerBench
    with LedgerBench(arguments.lines, arguments.seconds, default_build()) as bench:
        results = by_turns(bench.subjects(), arguments.rounds, _say)
        sane = bench.verify()
    measured = _compared(COMPARISONS, results)
    print("every balance equals its journal" if sane else "BALANCES DIFFER FROM THE JOURNAL")
    return measured | {"sane": sane}


def _monitor(arguments):
    from tests.bench.monitor import COMPARISONS, MonitorBench
    with MonitorBench(arguments.projects, arguments.days, default_build(), streams.available()) as bench:
        results = by_turns(bench.subjects(), arguments.rounds, _say)
        sane, records = bench.sane(), bench.records
    print(f"\n{records:,} records of {arguments.projects:,} projects over {arguments.days} days; each run gave "
          f"{' or '.join(f'{count:,}' for count in sorted(bench.warnings))} changes of warnings")
    measured = _compared(COMPARISONS, results)
    restore = next(fields["restore_s"] for fields in measured["subjects"].values() if "restore_s" in fields)
    print(f"restore of {arguments.projects:,} projects from an empty disk: {restore['median']:.1f} s "
          f"({restore['low']:.1f} … {restore['high']:.1f}), start of the process included")
    return measured | {"sane": sane, "records": records}


def _latency(arguments):
    from tests.bench.latency import COMPARISONS, LatencyBench
    with LatencyBench(arguments.projects, arguments.rate, 2 * arguments.seconds, default_build(), streams.available()) as bench:
        results = by_turns(bench.subjects(), arguments.rounds, _say)
        sane = bench.sane()
    print(f"\nfrom a fact to its warning at {arguments.rate:,} facts a second, {arguments.projects:,} projects")
    return _compared(COMPARISONS, results) | {"sane": sane}


def _starts(arguments):
    services = starts.measure(arguments.rounds, default_build(), _say)
    print(f"\n{report.start_table(services)}\n")
    return {"sane": bool(services), "services": services}


def _growth(arguments):
    build = default_build()
    lines = growth.ledger(arguments.sizes, arguments.rounds, arguments.seconds, build, _say)
    print(f"\n{growth.table(lines, 'lines')}\n")
    projects = growth.monitor(arguments.sizes, arguments.rounds, arguments.days, build, _say)
    print(f"\n{growth.table(projects, 'projects')}\n")
    return {"sane": True, "ledger": lines, "monitor": projects}


def _compared(comparisons, results):
    """Prints the two tables; what was measured."""
    compared, figures = ratios(comparisons, results), summary(results)
    print(f"\n{report.comparison_table(compared)}\n\n{report.subject_table(figures)}\n")
    return {"comparisons": compared, "subjects": figures, "rounds": results}


def _say(text):
    print(text, file=sys.stderr, flush=True)


_BENCHES = {"ledger": _ledger, "monitor": _monitor, "latency": _latency, "starts": _starts, "growth": _growth}

if __name__ == "__main__":
    main()

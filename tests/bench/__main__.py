"""Benchmarks against peers and limits on this machine: python -m tests.bench; started by `tools/dev bench`."""

import argparse
import json
import sys
from pathlib import Path

from tests.bench import report
from tests.bench.measure import by_turns, ratios, summary
from tools.stack.paths import default_build


def main():
    parser = argparse.ArgumentParser(prog="tools/dev bench", description="Measures ours and its anchors by turns in one run; prints "
                                                                        "the ratios. The machine should be idle otherwise.")
    parser.add_argument("name", nargs="*", choices=[[], *_BENCHES], help=f"one or more of {', '.join(_BENCHES)}; default: all")
    parser.add_argument("--rounds", type=int, default=5, help="how often each subject runs; default 5")
    parser.add_argument("--seconds", type=float, default=5, help="how long each run is measured; default 5")
    parser.add_argument("--lines", type=int, default=10_000, help="ledger: budget lines; default 10000")
    parser.add_argument("--projects", type=int, default=20_000, help="monitor: projects; default 20000")
    parser.add_argument("--days", type=int, default=30, help="monitor: days that they live; default 30")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write everything that was measured")
    arguments = parser.parse_args()
    where = report.circumstances()
    print(f"{where['date']}, commit {where['commit']}, {where['machine']}, load before the run {where['load_before']}\n")
    measured = {name: _BENCHES[name](arguments) for name in arguments.name or _BENCHES}
    if arguments.json:
        arguments.json.write_text(json.dumps({"circumstances": where, "benches": measured}, indent=1) + "\n")
    sys.exit(0 if all(bench["sane"] for bench in measured.values()) else 1)


def _ledger(arguments):
    from tests.bench.ledger import COMPARISONS, LedgerBench
    with LedgerBench(arguments.lines, arguments.seconds, default_build()) as bench:
        results = by_turns(bench.subjects(), arguments.rounds, _say)
        sane = bench.verify()
    compared, figures = ratios(COMPARISONS, results), summary(results)
    print(f"\n{report.comparison_table(compared)}\n\n{report.subject_table(figures)}\n")
    print("every balance equals its journal" if sane else "BALANCES DIFFER FROM THE JOURNAL")
    return {"sane": sane, "comparisons": compared, "subjects": figures, "rounds": results}


def _monitor(arguments):
    from tests.bench.monitor import COMPARISONS, MonitorBench
    with MonitorBench(arguments.projects, arguments.days, default_build()) as bench:
        results = by_turns(bench.subjects(), arguments.rounds, _say)
        sane, records = bench.sane(), bench.records
    compared, figures = ratios(COMPARISONS, results), summary(results)
    print(f"\n{records:,} records of {arguments.projects:,} projects over {arguments.days} days; each run gave "
          f"{' or '.join(f'{count:,}' for count in sorted(bench.warnings))} changes of warnings\n")
    print(f"{report.comparison_table(compared)}\n\n{report.subject_table(figures)}\n")
    restore = next(fields["restore_s"] for fields in figures.values() if "restore_s" in fields)
    print(f"restore of {arguments.projects:,} projects from an empty disk: {restore['median']:.1f} s "
          f"({restore['low']:.1f} … {restore['high']:.1f}), start of the process included")
    return {"sane": sane, "records": records, "comparisons": compared, "subjects": figures, "rounds": results}


def _say(text):
    print(text, file=sys.stderr, flush=True)


_BENCHES = {"ledger": _ledger, "monitor": _monitor}

if __name__ == "__main__":
    main()

"""python -m tests.faults --minutes N [--only NAME…] [--seed S]; started by `tools/dev faults`."""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tools.stack.paths import REPO


def main():
    arguments = _parse()
    from tests.faults.harness import Harness
    print(f"seed {arguments.seed}", flush=True)
    with Harness(arguments.seed) as harness:
        faults = _chosen(harness, arguments.only)
        results = run(harness, faults, arguments.minutes * 60, random.Random(arguments.seed))
    print(table(results))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(_facts(arguments.seed) | {"rounds": results}, indent=1) + "\n")
    bad = [r for r in results if r["violations"]]
    print(f"{len(results)} faults, {sum(r['acknowledged'] for r in results)} acknowledged commands, {len(bad)} rounds with violations")
    sys.exit(1 if bad or not results else 0)


def run(harness, faults, seconds, chance):
    """Rounds until the time is over, every fault once before any comes again."""
    until, results, waiting = time.monotonic() + seconds, [], []
    while time.monotonic() < until:
        if not waiting:
            waiting = chance.sample(faults, len(faults))
        result = harness.round(waiting.pop(), chance)
        results.append(result)
        print(f"{result['fault']}: served after {result['served_s']:.1f} s, settled after {result['settled_s']:.1f} s, "
              f"{result['acknowledged']} commands", *(f"\n  VIOLATION {v}" for v in result["violations"]), flush=True)
    return results


def table(results):
    """A row per fault; times from when the fault was undone (or the broken process was started again)."""
    lines = ["| fault | times | served again, median / max s | all agree, median / max s | violations |", "|---|---|---|---|---|"]
    for name in sorted({r["fault"] for r in results}):
        rows = [r for r in results if r["fault"] == name]
        served, settled = ([r[key] for r in rows] for key in ("served_s", "settled_s"))
        lines.append(f"| {name} | {len(rows)} | {median(served):.1f} / {max(served):.1f} | "
                     f"{median(settled):.1f} / {max(settled):.1f} | {sum(len(r['violations']) for r in rows)} |")
    return "\n".join(lines)


def _chosen(harness, only):
    unknown = set(only or ()) - set(harness.faults)
    if unknown:
        sys.exit(f"there is no fault {', '.join(sorted(unknown))}; there are: {', '.join(harness.faults)}")
    return [harness.faults[name] for name in only or harness.faults]


def _facts(seed):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=REPO, capture_output=True, text=True, check=False).stdout.strip()
    return {"seed": seed, "commit": commit, "date": time.strftime("%Y-%m-%d", time.gmtime()), "cores": os.cpu_count(),
            "machine": platform.machine()}


def _parse():
    parser = argparse.ArgumentParser(prog="tools/dev faults", description="Breaks real processes under load and checks that nothing is lost.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", action="append", metavar="NAME", help="only this fault, e.g. 'kill budget'; may be repeated")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""The style test by hand: python -m tools.tidy [--all] [CHECK…]"""

import argparse
import sys

from tools.stack.paths import REPO, default_build
from tools.tidy.checks.sizes import file_lengths
from tools.tidy.table import CHECKS
from tools.tidy.tree import Tree

_SHOWN = 10


def main():
    parser = argparse.ArgumentParser(prog="tools.tidy", description="What a script can tell about the code.")
    parser.add_argument("check", nargs="*", choices=[[], *(check.name for check in CHECKS)], help="only these")
    parser.add_argument("--all", action="store_true", help=f"show every finding, not the first {_SHOWN} of a reported check")
    arguments = parser.parse_args()
    failed = run(Tree(REPO, default_build()), arguments.check, arguments.all)
    sys.exit(1 if failed else 0)


def run(tree, names=(), show_all=False):
    """Prints findings; the number of checks that fail the run."""
    failed = 0
    for check in CHECKS:
        if names and check.name not in names:
            continue
        findings = sorted(check.run(tree))
        verdict = "ok" if not findings else f"{len(findings)} findings" + ("" if check.fatal else " (reported)")
        print(f"{check.row:>3} {check.name:16} {check.what}: {verdict}")
        for finding in findings if show_all or check.fatal or names else findings[:_SHOWN]:
            print(f"    {finding}")
        failed += bool(findings) and check.fatal
    median, p90 = file_lengths(tree)
    print(f"  3 file lengths: median {median} (goal 120), p90 {p90} (goal 300)")
    return failed


if __name__ == "__main__":
    main()

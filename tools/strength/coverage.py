"""Line and branch coverage of the money core: python -m tools.strength.coverage; started by `tools/dev coverage`."""

import argparse
import subprocess
import sys

from tools.stack.paths import REPO, default_build
from tools.strength import core

# What the money core must reach, percent. Branches that only an exception of the standard library takes do not count.
GOAL_LINES = 95
GOAL_BRANCHES = 90


def main():
    parser = argparse.ArgumentParser(prog="tools/dev coverage", description=__doc__.split(":")[0] + ".")
    parser.add_argument("--html", metavar="DIR", help="also write an annotated page per file")
    arguments = parser.parse_args()
    build = default_build()
    for counts in build.rglob("*.gcda"):
        counts.unlink()
    for test in core.tests():
        if subprocess.run([build / "tests" / test], cwd=build, check=False, stdout=subprocess.DEVNULL).returncode != 0:
            sys.exit(f"{test} fails: mend that first (build/coverage/tests/{test})")
    sys.exit(subprocess.run(_gcovr(build, arguments.html), cwd=REPO, check=False).returncode)


def _gcovr(build, html):
    command = [core.program("gcovr"), "--root", REPO, "--exclude-throw-branches", "--exclude-unreachable-branches",
               "--txt-metric", "branch", "--txt", "-", "--print-summary",
               "--fail-under-line", str(GOAL_LINES), "--fail-under-branch", str(GOAL_BRANCHES)]
    for path, _ in core.sources():
        command += ["--filter", f"{REPO}/{path}"]
    if html:
        command += ["--html-details", f"{html}/index.html"]
    return [*map(str, command), str(build)]


if __name__ == "__main__":
    main()

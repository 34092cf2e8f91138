"""Every test on real servers: python -m tools.check.test [unit] [tools] [system]; started by `tools/dev test`."""

import argparse
import os
import subprocess
import sys
import time

from tools.check.results import Counts, read_ctest, read_pytest
from tools.stack import Stack, StackError
from tools.stack.paths import REPO, default_build
from tools.stack.stack import INFRASTRUCTURE

_PARTS = ("unit", "tools", "system")


def main():
    parser = argparse.ArgumentParser(prog="tools/dev test", description="Runs every test on private, real servers.")
    parser.add_argument("part", nargs="*", choices=[[], *_PARTS], help=f"one or more of {', '.join(_PARTS)}; default: all")
    parts = parser.parse_args().part or _PARTS
    total = Counts()
    for part in parts:
        started = time.monotonic()
        try:
            counts = _RUN[part]()
        except StackError as failure:
            print(failure, file=sys.stderr)
            counts = Counts(failed=[f"{part}: the servers did not come up"])
        print(f"{part}: {counts.line()} in {time.monotonic() - started:.0f} s", flush=True)
        total += counts
    for name in total.failed:
        print(f"failed: {name}")
    print(total.line())
    sys.exit(1 if total.failed or not total.passed else 0)


def _unit():
    """The C++ tests; those that need a server get a private one."""
    build = default_build()
    junit = build / "unit.xml"
    junit.unlink(missing_ok=True)
    stack = Stack(f"unit-{os.getpid()}", durable=False, ephemeral=True).up(INFRASTRUCTURE)
    try:
        subprocess.run(["ctest", "--test-dir", str(build), "--parallel", str(os.cpu_count() or 2), "--output-on-failure",
                        "--no-tests=error", "--test-output-size-passed", "1000000", "--test-output-size-failed", "1000000",
                        "--output-junit", str(junit)], env=os.environ | stack.env, check=False)
    finally:
        stack.down()
    return read_ctest(junit)


def _tools():
    """The style test and the tests of the tools, of the gateway's generator and of the images' content."""
    return _pytest("tools", ["--import-mode=importlib", "tools", "services/gateway", "deploy"])


def _system():
    """The whole product, through the gateway."""
    return _pytest("system", ["tests/bank_simulator", "tests/consistency", "tests/faults", "tests/system", "tests/bench"])


def _pytest(name, arguments):
    junit = default_build() / f"{name}.xml"
    junit.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(REPO),
                    "--junitxml", str(junit), *arguments], cwd=REPO, check=False)
    return read_pytest(junit)


_RUN = {"unit": _unit, "tools": _tools, "system": _system}

if __name__ == "__main__":
    main()

"""Mutation score of the money core: python -m tools.strength.mutation; started by `tools/dev mutate`.

Small faults are planted into a copy of the tree, one at a time; each must make the tests of its part fail. A mutant that does
not compile, or compiles to the same object, is no fault and does not count.
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections import Counter

from tools.stack.paths import REPO
from tools.strength import core
from tools.strength.mutants import all_mutants, sample

# Percent of the planted faults that the tests must notice.
GOAL = 90
_TEST_SECONDS = 60


def main():
    parser = argparse.ArgumentParser(prog="tools/dev mutate", description="Plants faults into the money core and counts those that "
                                                                         "its tests notice. About four seconds each.")
    parser.add_argument("--count", type=int, default=100, help="how many mutants are tried; default 100")
    parser.add_argument("--seed", type=int, default=1, help="which ones; the same seed gives the same ones")
    parser.add_argument("--file", help="only this source file, e.g. services/budget/domain/tolerance.cc")
    arguments = parser.parse_args()
    chosen = [row for row in core.sources() if arguments.file in (None, str(row[0]))]
    if not chosen:
        sys.exit(f"{arguments.file} is no file of the money core: {', '.join(str(path) for path, _ in core.sources())}")
    mutants = [mutant for path, test in chosen for mutant in all_mutants(path, test)]
    garden = Garden()
    garden.prepare({test for _, test in chosen})
    sys.exit(_report(_try(garden, sample(mutants, len(mutants), arguments.seed), arguments.count), len(mutants)))


def _try(garden, mutants, count):
    """The verdicts: [(mutant, "killed" | "survived" | …)], until `count` of them were real faults."""
    verdicts = []
    started = time.monotonic()
    for mutant in mutants:
        if sum(verdict in ("killed", "survived") for _, verdict in verdicts) == count:
            break
        verdicts.append((mutant, garden.judge(mutant)))
        if verdicts[-1][1] == "survived":
            print(f"survived: {mutant.path}:{mutant.line}\n  - {mutant.before.strip()}\n  + {mutant.after.strip()}", flush=True)
        if len(verdicts) % 20 == 0:
            print(f"{len(verdicts)} tried in {time.monotonic() - started:.0f} s", flush=True)
    return verdicts


def _report(verdicts, possible):
    counts = Counter(verdict for _, verdict in verdicts)
    real = counts["killed"] + counts["survived"]
    if real == 0:
        sys.exit("no mutant compiled to another program")
    score = 100 * counts["killed"] / real
    print(f"{real} faults planted of {possible} possible mutants ({counts['no fault']} compiled to the same program, "
          f"{counts['invalid']} did not compile): {counts['killed']} noticed, {score:.1f} % (goal {GOAL} %)")
    return 0 if score >= GOAL else 1


class Garden:
    """A copy of the tree with a build of its own, in which mutants grow and die."""

    def __init__(self):
        self._source = REPO / "build" / "mutants" / "src"
        self._build = REPO / "build" / "mutants" / "build"

    def prepare(self, tests):
        """Copies what git knows, builds the tests and checks that they pass as they are."""
        files = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, check=True, capture_output=True).stdout.split(b"\0")
        for name in filter(None, files):
            target = self._source / name.decode()
            origin = REPO / name.decode()
            if origin.is_file() and (not target.exists() or target.read_bytes() != origin.read_bytes()):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, target)
                target.touch()
        subprocess.run(["cmake", "--preset", "dev", "-B", self._build], cwd=self._source, check=True, stdout=subprocess.DEVNULL)
        for test in sorted(tests):
            if not self._builds(test) or not self._passes(test):
                sys.exit(f"{test} does not build or fails without a planted fault")

    def judge(self, mutant):
        """killed, survived, invalid or no fault."""
        file = self._source / mutant.path
        original = file.read_text()
        before = self._object(mutant)
        try:
            file.write_text("\n".join(mutant.apply(original.splitlines())) + "\n")
            if not self._builds(mutant.test):
                return "invalid"
            if self._object(mutant) == before:
                return "no fault"
            return "survived" if self._passes(mutant.test) else "killed"
        finally:
            file.write_text(original)
            self._builds(mutant.test)

    def _object(self, mutant):
        return next(self._build.rglob(f"{mutant.path.parent}/**/{mutant.path.name}.o")).read_bytes()

    def _builds(self, test):
        return subprocess.run(["ninja", "-C", self._build, test], check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def _passes(self, test):
        try:
            return subprocess.run([self._build / "tests" / test, "--abort"], cwd=self._build, check=False, timeout=_TEST_SECONDS,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
        except subprocess.TimeoutExpired:  # an endless loop is noticed
            return False


if __name__ == "__main__":
    main()

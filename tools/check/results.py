"""Counts of passed and failed tests, read from JUnit files of pytest and ctest."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

# Catch2 ends its output with one of these; ctest itself counts only programs.
_ALL_PASSED = re.compile(r"All tests passed \(\d+ assertions? in (\d+) test cases?\)")
_SOME_FAILED = re.compile(r"test cases:\s*(\d+)\s*\|(.*)")


@dataclass
class Counts:
    """Sum of some test runs."""

    passed: int = 0
    skipped: int = 0
    failed: list = field(default_factory=list)  # names

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.skipped + other.skipped, self.failed + other.failed)

    def line(self):
        """The line that ends a test run."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {len(self.failed)} failed{skipped}"


def read_pytest(path):
    """Counts of pytest's --junitxml file; a run that left none is one failure."""
    return _read(path, _pytest_case)


def read_ctest(path):
    """Counts of ctest's --output-junit file, by Catch2 test case."""
    return _read(path, _ctest_case)


def _read(path, count):
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return Counts(failed=[f"{path}: the run left no result"])
    total = Counts()
    for case in root.iter("testcase"):
        total += count(case)
    return total


def _pytest_case(case):
    name = f"{case.get('classname')}::{case.get('name')}"
    if case.find("failure") is not None or case.find("error") is not None:
        return Counts(failed=[name])
    return Counts(skipped=1) if case.find("skipped") is not None else Counts(passed=1)


def _ctest_case(case):
    name = case.get("name")
    output = case.findtext("system-out") or ""
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return Counts(failed=[f"{name}: did not run"])
    if case.find("failure") is None and case.get("status") != "fail":
        passed = [int(match[1]) for match in _ALL_PASSED.finditer(output)]
        return Counts(passed=sum(passed) or 1)
    match = _SOME_FAILED.search(output)
    if not match:
        return Counts(failed=[f"{name}: ended without a summary"])  # crashed, or ran out of time
    failed = int((re.search(r"(\d+) failed", match[2]) or [0, 0])[1]) or 1
    passed = int((re.search(r"(\d+) passed", match[2]) or [0, 0])[1])
    return Counts(passed=passed, failed=[f"{name}: test case {n + 1} of {failed}" for n in range(failed)])

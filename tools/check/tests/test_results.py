"""The count at the end of a test run is by test case, and a crash counts as a failure."""

import pytest

from tools.check.results import Counts, read_ctest, read_pytest


def ctest(output, status="run", failure=""):
    return f'<testsuite><testcase name="a" status="{status}">{failure}<system-out>{output}</system-out></testcase></testsuite>'


@pytest.mark.parametrize("text, passed, failed", [
    (ctest("All tests passed (12 assertions in 3 test cases)"), 3, 0),
    (ctest("All tests passed (1 assertion in 1 test case)"), 1, 0),
    (ctest("test cases: 5 | 3 passed | 2 failed\nassertions: 9", "fail", "<failure/>"), 3, 2),
    (ctest("test cases: 1 | 1 failed", "fail", "<failure/>"), 0, 1),
    (ctest("Segmentation fault", "fail", "<failure/>"), 0, 1),
    (ctest("a program of its own kind"), 1, 0),
    (ctest("", "notrun", "<skipped/>"), 0, 1),
])
def test_ctest_is_counted_by_case(tmp_path, text, passed, failed):
    file = tmp_path / "unit.xml"
    file.write_text(text)
    counts = read_ctest(file)
    assert (counts.passed, len(counts.failed)) == (passed, failed)


def test_pytest_is_counted(tmp_path):
    file = tmp_path / "x.xml"
    file.write_text('<testsuites><testsuite><testcase classname="a" name="b"/><testcase classname="a" name="c"><failure/>'
                    '</testcase><testcase classname="a" name="d"><skipped/></testcase></testsuite></testsuites>')
    assert read_pytest(file) == Counts(passed=1, skipped=1, failed=["a::c"])


def test_a_run_without_a_result_is_a_failure(tmp_path):
    assert len(read_pytest(tmp_path / "none.xml").failed) == 1


def test_the_line():
    assert (Counts(2, 0, ["x"]) + Counts(1)).line() == "3 passed, 1 failed"

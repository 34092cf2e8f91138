"""500 real projects in: totals from the API equal those of an independent script to the centavo, rows not taken are listed with their
reason, and a second import changes nothing."""

import csv
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.system import cdmx_totals

DATA = os.environ.get("FISCUS_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="FISCUS_DATA is not set")


@pytest.fixture(scope="module")
def workbook():
    return Path(DATA) / "cdmx_2016q1" / "projects.xlsx"


@pytest.fixture(scope="module")
def imported(stack, gateway, workbook):
    from tools.demo.cdmx import Importer
    importer = Importer(stack, gateway, stack.secret("FISCUS_OPERATOR_SECRET"), "Import-password-1", tenant="cdmx-test")
    importer.found()
    return importer, importer.run(workbook)


def test_every_row_is_taken_or_listed_with_a_reason(imported, workbook):
    importer, result = imported
    expected = cdmx_totals.totals(workbook)
    assert result.exit_code in (0, 10), result.output
    with open(result.rejects, newline="", encoding="utf-8-sig") as file:
        rejected = list(csv.DictReader(file))
    assert len(rejected) == len(expected["not_taken"])
    assert all(any("reason" in name.lower() and value for name, value in row.items()) for row in rejected)


def test_totals_equal_the_independent_script(imported, workbook):
    importer, _ = imported
    expected = cdmx_totals.totals(workbook)
    assert importer.totals() == importer.expected(expected)


def test_a_second_import_changes_nothing(imported, workbook):
    importer, _ = imported
    before = importer.totals()
    again = importer.run(workbook)
    assert again.exit_code in (0, 10), again.output
    assert importer.totals() == before


def told(result):
    """Rows, taken, rejected and ignored, and the operations' sums."""
    counts = re.search(r"(\d+) rows: (\d+) taken \(.*\), (\d+) rejected, (\d+) ignored", result.output).groups()
    return counts, re.findall(r"^([A-Z_]+) +(\d+) +([\d,.]+ MXN)$", result.output, re.MULTILINE)


def test_a_dry_run_says_the_same_and_writes_nothing(stack, gateway, imported, workbook):
    from tools.demo.cdmx import Importer
    importer = Importer(stack, gateway, stack.secret("FISCUS_OPERATOR_SECRET"), "Import-password-1", tenant="cdmx-dry")
    importer.found()
    result = importer.run(workbook, dry_run=True)
    assert result.exit_code in (0, 10), result.output
    assert importer.totals()["in_all"] == {}
    counts, sums = told(result)
    assert counts[1] == "470" and len(sums) >= 4
    assert (counts, sums) == told(imported[1])

"""Rows 2 and 3: how long functions, files and lines are. A mirror: a number is no reason to split what reads well."""

import re
import statistics

from tools.tidy.tree import Finding

FUNCTION_MAX = 70
FILE_MAX = 500
TEST_MAX = 800
HEADER_MAX = 250
COLUMNS_MAX = 100

_NO_FUNCTION = re.compile(r"^(namespace|class|struct|enum|union|extern|using|template|static_assert|#|//|\}|TEST_CASE|SCENARIO)")


def check_sizes(tree):
    """What is longer than the limits of style.md."""
    findings = []
    for source in tree.cpp:
        limit = HEADER_MAX if source.path.endswith(".h") else TEST_MAX if source.is_test else FILE_MAX
        if len(source.lines) > limit:
            findings.append(Finding(source.path, 1, f"{len(source.lines)} lines, more than {limit}"))
        findings += [Finding(source.path, n, f"{len(line)} columns, more than {COLUMNS_MAX}")
                     for n, line in enumerate(source.lines, 1) if len(line) > COLUMNS_MAX and "http" not in line]
        findings += [Finding(source.path, start, f"a function of {length} lines, more than {FUNCTION_MAX}")
                     for start, length in functions(source.bare) if length > FUNCTION_MAX]
    return findings


def functions(lines):
    """(first line, length) of the functions at namespace level, which our format starts and ends in column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None:
            if line[:1].strip() and not _NO_FUNCTION.match(line) and ("(" in line or line.rstrip().endswith("{")):
                start = number
        if start is not None:
            if line.startswith("}"):
                yield start, number - start + 1
                start = None
            elif line.rstrip().endswith(";") and line[:1].strip():
                start = None


def file_lengths(tree):
    """Median and 90th percentile of the lengths of code files, for the report."""
    lengths = sorted(len(source.lines) for source in tree.cpp if source.path.startswith(("libs/", "services/", "tools/")))
    if len(lengths) < 2:
        return 0, 0
    return round(statistics.median(lengths)), round(statistics.quantiles(lengths, n=10)[-1])

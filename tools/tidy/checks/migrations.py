"""Rows 12 and 13: migrations are numbered without gaps, never change after a release, are whole or one statement, and explain their
columns."""

import re
import subprocess

from tools.tidy.tree import Finding

_NAME = re.compile(r"^(?P<folder>.*/migrations)/V(?P<number>\d{4})__[a-z0-9_]+\.sql$")


def check_migrations(tree):
    """Numbers from 1 without gaps; what a release contains is for ever."""
    findings = []
    folders = {}
    for source in tree.matching(r"/migrations/[^/]*\.sql$"):
        match = _NAME.match(source.path)
        if not match:
            findings.append(Finding(source.path, 1, "a migration is called V0001__what_it_does.sql"))
            continue
        folders.setdefault(match["folder"], []).append((int(match["number"]), source))
    for numbered in folders.values():
        for expected, (number, source) in enumerate(sorted(numbered, key=lambda item: item[0]), 1):
            if number != expected:
                findings.append(Finding(source.path, 1, f"number {number:04d} where {expected:04d} is next"))
                break
    return findings + _transactions(tree) + _changed_since_release(tree)


_NO_TRANSACTION = "-- no transaction\n"
# Comments and texts, in which a semicolon ends nothing.
_NO_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.S)


def _transactions(tree):
    """What is run outside a transaction is one statement, so that a failure leaves nothing half done; CONCURRENTLY is run there."""
    findings = []
    for source in tree.matching(r"/migrations/[^/]*\.sql$"):
        code = _NO_CODE.sub("", source.text)
        statements = [part for part in code.split(";") if part.strip()]
        if source.text.startswith(_NO_TRANSACTION):
            if len(statements) != 1:
                findings.append(Finding(source.path, 1, f"{len(statements)} statements without a transaction: one a migration"))
        elif re.search(r"\bCONCURRENTLY\b", code, re.I):
            findings.append(Finding(source.path, 1, "CONCURRENTLY needs the first line `-- no transaction`"))
    return findings


def _changed_since_release(tree):
    tag = subprocess.run(["git", "describe", "--tags", "--abbrev=0"], cwd=tree.root, capture_output=True, text=True,
                         check=False).stdout.strip()
    if not tag:
        return []
    changed = subprocess.run(["git", "diff", "--name-only", "--diff-filter=MDRT", tag, "--", "*/migrations/*.sql"],
                             cwd=tree.root, capture_output=True, text=True, check=True).stdout.split()
    return [Finding(path, 1, f"changed since {tag}: write a new migration") for path in changed]


_TABLE = re.compile(r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[a-z_.]+)\s*\((?P<body>.*?)^\)", re.I | re.S | re.M)
_COLUMN = re.compile(r"^\s{2,4}([a-z_]+)\s+[a-z]", re.M)
_NO_COLUMN = {"primary", "unique", "check", "foreign", "constraint", "exclude", "references"}


def check_columns(tree):
    """Every column has a COMMENT."""
    findings = []
    for source in tree.matching(r"/migrations/[^/]*\.sql$"):
        commented = set(re.findall(r"COMMENT\s+ON\s+COLUMN\s+([a-z_.]+)", source.text, re.I))
        for table in _TABLE.finditer(source.text):
            line = source.text.count("\n", 0, table.start()) + 1
            for column in _COLUMN.findall(table["body"]):
                if column not in _NO_COLUMN and f"{table['name']}.{column}" not in commented:
                    findings.append(Finding(source.path, line, f"{table['name']}.{column} has no COMMENT"))
    return findings

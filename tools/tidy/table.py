"""All checks: their row in style.md's table, and whether a finding fails the test run or is only reported."""

from dataclasses import dataclass
from typing import Callable

from tools.tidy.checks import api, calls, documents, layers, migrations, rules, sizes


@dataclass(frozen=True)
class Check:
    """One row."""

    name: str
    row: str
    run: Callable
    fatal: bool
    what: str


CHECKS = [
    Check("layers", "1", layers.check_layers, True, "every include is a declared edge"),
    Check("sizes", "2", sizes.check_sizes, False, "functions, files, headers and lines within their limits"),
    Check("exact", "4", calls.check_exact, True, "no floating point where amounts are decided"),
    Check("hidden-input", "5", calls.check_hidden_input, True, "clock and chance only in libs/runtime, waiting only in I/O libraries"),
    Check("language", "6", calls.check_language, False, "exceptions in libs/pg only, no raw new, no using namespace"),
    Check("sql", "7", calls.check_sql, False, "SQL in .sql files, columns named, no OFFSET"),
    Check("money-sql", "7", calls.check_money_sql, True, "money is written by the ledger's store only"),
    Check("rpcs", "8", api.check_rpcs, True, "every RPC has a comment, an access option, a handler and a test"),
    Check("reasons", "9", api.check_reasons, True, "every reason occurs in a test"),
    Check("rules", "10", rules.check_rules, True, "every rule has examples on both sides of its limit"),
    Check("fields", "11", api.check_fields, False, "every field has a comment, every number a unit"),
    Check("columns", "12", migrations.check_columns, False, "every column has a COMMENT"),
    Check("migrations", "13", migrations.check_migrations, True, "migrations without gaps, unchanged since their release"),
    Check("documents", "14", documents.check_documents, False, "READMEs, links, one title"),
    Check("leftovers", "16", documents.check_leftovers, False, "no TODO without its issue, no commented-out code"),
    Check("header-comments", "17", documents.check_header_comments, False, "headers say what they are for"),
]

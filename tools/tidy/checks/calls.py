"""Rows 4 to 7: what must not be written where."""

import re

from tools.tidy.tree import Finding

_CODE = r"^(libs|services|tools)/.*\.(h|cc)$"
_EXACT = r"^(libs/core/|services/[a-z_]+/domain/|services/[a-z_]+/projections/)"
_FLOAT = re.compile(r"\b(float|double|long double)\b|\bstd::(stod|stof|strtod|round|floor|ceil|pow)\b")
_CLOCK = re.compile(r"\babsl::Now\b|\b(s?rand|random|time)\(\w*\)|\brandom_device\b")
_CLOCK_HOME = r"^libs/runtime/"
_WAIT = re.compile(r"\bsystem_clock\b|\b(absl::SleepFor|sleep_for|sleep_until|u?sleep)\b\s*\(")
# Retries wait and gRPC's deadlines are system_clock; neither decides anything.
_WAIT_HOME = r"^(libs/(runtime|rpc|pg|events)|tools)/"
_EXCEPTION = re.compile(r"\bthrow\b|\bcatch\s*\(")
_EXCEPTION_HOME = r"^libs/pg/"
_RAW_MEMORY = re.compile(r"\bnew\s+[A-Za-z_:<(]|\bdelete(\[\])?\s+[A-Za-z_(*]")
_USING = re.compile(r"^\s*using\s+namespace\b(?!\s+(std::)?(string_view_)?literals)")
_STDOUT = re.compile(r"\bstd::c(out|err)\b")
_SQL_IN_CODE = re.compile(r'"\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s', re.IGNORECASE)
_SQL_HOME = r"^(libs/pg/|libs/testing/)"
_SELECT_STAR = re.compile(r"\bSELECT\s+(\w+\.)?\*|\bOFFSET\s+(\$|[1-9]|:)", re.IGNORECASE)
_MONEY_WRITE = re.compile(r"\b(UPDATE|INTO|DELETE\s+FROM|TRUNCATE(\s+TABLE)?|MERGE\s+INTO)\s+(ONLY\s+)?"
                          r"(budget_line|journal_entry|encumbrance|reservation)\b", re.IGNORECASE)
_MONEY_SQL_HOME = r"^(services/budget/(store/queries|migrations)/|tests/)"
_LEDGER_STORE = '#include "services/budget/store/ledger_store.h"'
_LEDGER_STORE_USERS = r"services/budget/(ledger|store)/"


def check_exact(tree):
    """No floating point where money is decided."""
    return _search(tree, _EXACT, "exact", _FLOAT, "floating point where amounts are decided", tests=False)


def check_hidden_input(tree):
    """Time, chance and waiting come from libs/runtime, so that a test can hold them still."""
    return [*_search(tree, _CODE, "hidden-input", _CLOCK, "reads the clock or chance by itself", tests=False, home=_CLOCK_HOME),
            *_search(tree, _CODE, "hidden-input", _WAIT, "waits by itself", tests=False, home=_WAIT_HOME)]


def check_language(tree):
    """Exceptions, raw memory, `using namespace`, std::cout."""
    return [
        *_search(tree, _CODE, "exceptions", _EXCEPTION, "exceptions stay in libs/pg", tests=False, home=_EXCEPTION_HOME),
        *_search(tree, _CODE, "memory", _RAW_MEMORY, "raw new or delete", tests=False),
        *_search(tree, _CODE, "using", _USING, "using namespace", tests=True),
        *_search(tree, r"^(libs|services)/.*\.(h|cc)$", "stdout", _STDOUT, "std::cout or std::cerr", tests=False),
    ]


def check_sql(tree):
    """SQL lives in .sql files, names its columns, and never skips rows by OFFSET."""
    findings = _search(tree, _CODE, "sql", _SQL_IN_CODE, "SQL text in code", tests=False, home=_SQL_HOME, strings=True)
    for source in tree.matching(r"\.sql$"):
        for number, line in enumerate(source.lines, 1):
            if _SELECT_STAR.search(line.split("--")[0]) and not source.allowed("sql", number):
                findings.append(Finding(source.path, number, "SELECT * or OFFSET"))
    return findings


def check_money_sql(tree):
    """Balances, entries, encumbrances and reservations are written by the ledger's store only, and that by the ledger's engine only."""
    findings = []
    for source in tree.matching(r"\.sql$"):
        if re.search(_MONEY_SQL_HOME, source.path):
            continue
        for number, line in enumerate(source.lines, 1):
            match = _MONEY_WRITE.search(line.split("--")[0])
            if match and not source.allowed("money-sql", number):
                findings.append(Finding(source.path, number, f"money is written outside the ledger's store: {match[0]}"))
    for source in tree.matching(r"\.(h|cc)$"):
        if re.match(_LEDGER_STORE_USERS, source.path):
            continue
        findings += [Finding(source.path, number, "the ledger's store is for its engine")
                     for number, line in enumerate(source.lines, 1)
                     if _LEDGER_STORE in line and not source.allowed("money-sql", number)]
    return findings


def _search(tree, where, check, expression, message, tests, home=None, strings=False):
    findings = []
    for source in tree.matching(where):
        if source.path.endswith((".h", ".cc")) and (tests or not source.is_test) and not (home and re.search(home, source.path)):
            for number, line in enumerate(source.code if strings else source.bare, 1):
                match = expression.search(line)
                if match and not source.allowed(check, number):
                    findings.append(Finding(source.path, number, f"{message}: {match[0].strip()} (excuse: tidy-allow({check}))"))
    return findings

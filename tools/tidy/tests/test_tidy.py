"""The checks find what they are for, and the repository passes those that fail a run."""

import subprocess

import pytest

from tools.stack.paths import REPO, default_build
from tools.tidy.checks import api, calls, documents, layers, migrations, rules, sizes
from tools.tidy.table import CHECKS
from tools.tidy.tree import Tree


@pytest.mark.parametrize("check", [check for check in CHECKS if check.fatal], ids=lambda check: check.name)
def test_the_repository_passes(check):
    findings = sorted(check.run(Tree(REPO, default_build())))
    assert not findings, "\n".join(map(str, findings))


@pytest.fixture(name="tree")
def tree_fixture(tmp_path):
    """A function that makes a repository of the given files."""
    def make(layers_txt="", **files):
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
        for name, text in files.items():
            path = tmp_path / name.replace("__dot__", ".").replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "build").mkdir()
        (tmp_path / "build" / "layers.txt").write_text(layers_txt)
        (tmp_path / ".gitignore").write_text("build/\n")
        return Tree(tmp_path, tmp_path / "build")
    return make


def messages(findings):
    return [f"{f.path}:{f.line}" for f in sorted(findings)]


LAYERS = """core|libs/core||absl
pg|libs/pg|core|pqxx
domain|services/x/domain|core|
domain_test|services/x/domain|domain,pg|catch2
"""


def test_an_include_outside_the_declared_edges_is_found(tree):
    bad = '#include "libs/core/a.h"\n#include "libs/pg/b.h"\n#include <pqxx/pqxx>\n#include <vector>\n// #include "libs/pg/b.h"\n'
    found = layers.check_layers(tree(LAYERS, services__x__domain__a__dot__cc=bad))
    assert messages(found) == ["services/x/domain/a.cc:2", "services/x/domain/a.cc:3"]


def test_a_test_has_the_edges_of_its_own_program(tree):
    text = '#include <catch2/catch.hpp>\n#include "libs/pg/b.h"\n'
    assert not layers.check_layers(tree(LAYERS, services__x__domain__a_test__dot__cc=text))


def test_floating_point_is_found_in_code_but_not_in_words(tree):
    text = '// a double entry\nint a = 1;\ndouble rate;\nauto s = "float";\nfloat x;  // tidy-allow(exact): shown only\n'
    assert messages(calls.check_exact(tree(services__x__domain__a__dot__cc=text))) == ["services/x/domain/a.cc:3"]


def test_the_clock_is_found_outside_runtime(tree):
    text = "auto now = absl::Now();\n"
    found = calls.check_hidden_input(tree(services__x__a__dot__cc=text, libs__runtime__clock__dot__cc=text,
                                          services__x__a_test__dot__cc=text))
    assert messages(found) == ["services/x/a.cc:1"]


def test_exceptions_memory_and_using_are_found(tree):
    text = "Foo(const Foo&) = delete;\nthrow 1;\nauto* a = new int(3);\ndelete a;\nusing namespace std;\nint renew = 1;\n"
    assert messages(calls.check_language(tree(libs__x__a__dot__cc=text))) == [f"libs/x/a.cc:{n}" for n in (2, 3, 4, 5)]


def test_sql_in_code_and_unnamed_columns_are_found(tree):
    found = calls.check_sql(tree(services__x__a__dot__cc='auto q = "SELECT a FROM b";\n',
                                 services__x__store__queries__q__dot__sql="-- SELECT * is bad\nSELECT * FROM b;\n"))
    assert messages(found) == ["services/x/a.cc:1", "services/x/store/queries/q.sql:2"]


def test_money_is_written_by_the_ledgers_store_only(tree):
    write = "-- UPDATE budget_line\nUPDATE budget_line SET paid = 1;\n"
    include = '#include "services/budget/store/ledger_store.h"\n'
    found = calls.check_money_sql(tree(
        services__budget__store__queries__q__dot__sql=write, services__payments__store__queries__q__dot__sql=write,
        services__budget__migrations__V0009__x__dot__sql="delete from only journal_entry;\n",
        services__x__q__dot__sql="INSERT INTO reservation_note\nINSERT INTO reservation (a)\nSELECT a FROM budget_line;\n",
        services__budget__ledger__a__dot__cc=include, services__budget__rpc__a__dot__cc=include))
    assert messages(found) == ["services/budget/rpc/a.cc:1", "services/payments/store/queries/q.sql:2", "services/x/q.sql:2"]


def test_functions_are_measured():
    lines = ["namespace a {", "", "int F(int x) {", "  return x;", "}", "", "int G(int x);", "struct S {", "};", "}"]
    assert list(sizes.functions(lines)) == [(3, 3)]


def test_a_gap_in_the_migrations_is_found(tree):
    made = tree()
    folder = made.root / "s" / "migrations"
    folder.mkdir(parents=True)
    for name in ("V0001__a.sql", "V0003__b.sql", "later.sql"):
        (folder / name).write_text("SELECT 1;\n")
    assert messages(migrations.check_migrations(made)) == ["s/migrations/V0003__b.sql:1", "s/migrations/later.sql:1"]


@pytest.mark.parametrize("text, findings", [
    ("-- no transaction\nCREATE INDEX CONCURRENTLY i ON t (a) WHERE b <> ';'; -- one; statement\n", 0),
    ("-- no transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (b);\n", 1),
    ("-- no transaction\n", 1),
    ("CREATE INDEX CONCURRENTLY i ON t (a);\n", 1),
    ("-- Not CONCURRENTLY: the table is empty.\nCREATE INDEX i ON t (a);\nCREATE INDEX j ON t (b);\n", 0),
])
def test_what_runs_without_a_transaction_is_one_statement(tree, text, findings):
    made = tree()
    folder = made.root / "s" / "migrations"
    folder.mkdir(parents=True)
    (folder / "V0001__a.sql").write_text(text)
    assert len(migrations.check_migrations(made)) == findings


@pytest.mark.parametrize("second, findings", [("FIRES", 1), ("SILENT", 0)])
def test_rules_need_examples_on_both_sides(tree, second, findings):
    text = f"example {{ expect: FIRES }}\nexample {{ expect: {second} }}\n"
    assert len(rules.check_rules(tree(services__monitor__rules__r__dot__textproto=text))) == findings


def test_links_and_titles(tree):
    found = documents.check_documents(tree(a__dot__md="# A\n[b](b.md) [c](a.md)\n```\n# no title\n```\n"))
    assert [f.message for f in found] == ["the link b.md leads nowhere"]


def test_names_of_handlers():
    assert [api.snake(n) for n in ("GetJwks", "WhoAmI", "SubmitPayment")] == ["get_jwks", "who_am_i", "submit_payment"]

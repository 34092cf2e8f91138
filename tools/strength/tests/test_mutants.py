from pathlib import Path

from tools.strength.core import sources, tests
from tools.strength.mutants import Mutant, changed_line, sample

ORIGINAL = ["#include <a>", "// why", "if (a < b) return 1;", "return a + b;"]


def test_only_a_change_of_one_line_of_code_is_a_fault():
    assert changed_line(ORIGINAL, ["#include <a>", "// why", "if (a <= b) return 1;", "return a + b;"]) == (3, "if (a <= b) return 1;")
    assert changed_line(ORIGINAL, ["#include <b>", *ORIGINAL[1:]]) is None
    assert changed_line(ORIGINAL, ["#include <a>", "// why not", *ORIGINAL[2:]]) is None
    assert changed_line(ORIGINAL, [*ORIGINAL[:2], "if (a > b) return 1;", "return a - b;"]) is None
    assert changed_line(ORIGINAL, [*ORIGINAL[:3], "return  a + b;"]) is None
    assert changed_line(ORIGINAL, ORIGINAL[:3]) is None


def test_a_mutant_is_the_file_with_its_line_exchanged():
    mutant = Mutant(Path("a.cc"), "a_test", 4, "return a + b;", "return a - b;")
    assert mutant.apply(ORIGINAL) == [*ORIGINAL[:3], "return a - b;"]


def test_a_sample_is_repeatable_and_spreads_over_the_lines():
    mutants = [Mutant(Path("a.cc"), "a_test", line, "", f"{line}.{n}") for line in range(5) for n in range(9)]
    chosen = sample(mutants, 7, seed=3)
    assert chosen == sample(mutants, 7, seed=3) != sample(mutants, 7, seed=4)
    assert len({mutant.line for mutant in chosen[:5]}) == 5
    assert sorted(sample(mutants, 99, seed=1)) == sorted(mutants)


def test_the_money_core_is_there_and_has_its_tests():
    names = {str(path) for path, _ in sources()}
    assert {"libs/core/money.cc", "services/budget/domain/journal.cc", "services/payments/domain/transitions.cc"} <= names
    assert not any(name.endswith("_test.cc") for name in names)
    assert tests() == ["budget_domain_test", "core_test", "payments_domain_test"]

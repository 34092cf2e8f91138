"""The money core: the pure code that decides about money, and the tests that hold it."""

from typing import NamedTuple

from tools.stack.paths import REPO, cache


class Part(NamedTuple):
    """`files`: glob of the sources, from the root. `test`: the test program that must notice any change in them."""

    files: str
    test: str


MONEY_CORE = (
    Part("libs/core/money.cc", "core_test"),
    Part("services/budget/domain/*.cc", "budget_domain_test"),
    Part("services/payments/domain/*.cc", "payments_domain_test"),
)


def sources():
    """[(path from the root, test program)], tests and generated files left out."""
    return [(path.relative_to(REPO), part.test) for part in MONEY_CORE for path in sorted(REPO.glob(part.files))
            if not path.name.endswith("_test.cc")]


def program(name):
    """gcovr or mutate, from an environment of their own: their dependencies are not the product's."""
    return cache() / "strength" / "bin" / name


def tests():
    return sorted({part.test for part in MONEY_CORE})


if __name__ == "__main__":
    print(*tests())

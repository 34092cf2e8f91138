"""One private instance of the whole product for the session's tests, and a founded tenant on it."""

import os
import time

import pytest

from tools.stack import Stack

PASSWORD = "System-tests-1"


@pytest.fixture(scope="session")
def stack():
    """The whole product; gone when the session ends, however it ends."""
    instance = Stack(f"system-{os.getpid()}-{time.time_ns()}", ephemeral=True).up()
    yield instance
    instance.down()


@pytest.fixture(scope="session")
def gateway(stack):
    from tools.province.api import Gateway
    return Gateway(stack.env["FISCUS_ENDPOINT"], stack.env["FISCUS_CA"])


@pytest.fixture(scope="session")
def cast(stack, gateway):
    """A tenant with units and users of every role; tests that change much found their own tenant."""
    from tools.province.cast import Cast
    people = Cast(gateway, "system", PASSWORD)
    people.found(stack.secret("FISCUS_OPERATOR_SECRET"))
    return people


@pytest.fixture(scope="session")
def plots():
    """Projects that some test establishes; see tools/province/plot.py."""
    from tools.province.plot import make_plots
    return make_plots(12, seed=7)


@pytest.fixture(scope="session")
def province(stack, cast, plots):
    """A played first month of twelve projects, settled."""
    from tools.province import figures
    from tools.province.play import Play
    play = Play(cast, plots, lambda: figures.settle(cast.auditor, stack), workers=4)
    play.run(months=(1,))
    return play

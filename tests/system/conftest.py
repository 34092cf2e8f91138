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
def found(stack, gateway):
    """`found(name)`: a new tenant with units and users of every role."""
    def found_tenant(name):
        from tools.province.cast import Cast
        people = Cast(gateway, name, PASSWORD)
        people.found(stack.secret("FISCUS_OPERATOR_SECRET"))
        return people
    return found_tenant


@pytest.fixture(scope="session")
def play_a_month(stack):
    """`play_a_month(cast, plots)`: establishes the projects and plays their first month, settled."""
    def play(cast, plots):
        from tools.province import figures
        from tools.province.play import Play
        played = Play(cast, plots, lambda: figures.settle(cast.auditor, stack), workers=4)
        played.run(months=(1,))
        return played
    return play


@pytest.fixture(scope="session")
def cast(found):
    """The tenant that most tests share; a test that leaves it unsettled founds its own."""
    return found("system")


@pytest.fixture(scope="session")
def plots():
    """Projects that some test establishes; see tools/province/plot.py."""
    from tools.province.plot import make_plots
    return make_plots(12, seed=7)


@pytest.fixture(scope="session")
def province(cast, plots, play_a_month):
    """A played first month of twelve projects, settled."""
    return play_a_month(cast, plots)

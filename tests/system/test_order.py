"""Nothing has to be started in an order: a service that starts before the servers that it needs lives, says that it is not ready, and
serves as soon as they are there; what it does not need to serve does not hold it."""

import time
import uuid

import pytest

from tools.stack import Stack
from tools.stack.services import health

SERVING, NOT_SERVING = 1, 2
_SETTLED_S = 3  # a health probe asks every second


@pytest.fixture(name="stack", scope="module")
def stack_fixture():
    stack = Stack(f"order-{uuid.uuid4().hex[:8]}", durable=False, ephemeral=True)
    stack.up(["postgres", "redis", "kafka", "identity", "budget", "monitor", "alerting"])
    yield stack
    stack.down()


@pytest.mark.parametrize("missing, services, meanwhile", [
    ("postgres", ("identity", "budget", "alerting"), NOT_SERVING),
    ("identity", ("budget", "monitor", "alerting"), NOT_SERVING),
    ("kafka", ("budget", "monitor", "alerting"), SERVING),  # events wait in the outboxes; the monitor answers what it knows
    ("redis", ("identity",), SERVING),
])
def test_a_service_waits_for_what_it_needs(stack, missing, services, meanwhile):
    for service in services:
        stack.stop(service)
    stack.stop(missing)
    for service in services:
        stack.start(service, wait=False)
    wait_until(lambda: all(health(stack.address(service)) == meanwhile for service in services))
    time.sleep(_SETTLED_S)
    assert {service: health(stack.address(service)) for service in services} == dict.fromkeys(services, meanwhile)
    pids = [stack.pid(service) for service in services]
    assert all(pids)
    stack.start(missing)
    wait_until(lambda: all(health(stack.address(service)) == SERVING for service in services))
    assert [stack.pid(service) for service in services] == pids


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)

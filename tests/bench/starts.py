"""Each service: how long from the start of the process until it serves, and its memory when idle."""

import os
import time

from tests.bench.measure import spread
from tests.bench.processes import resident_mib
from tools.stack import Stack
from tools.stack.services import health

_IDLE_S = 2.0


def measure(rounds, build, say):
    """{service: {"start_ms": spread, "rss_mib": spread}}"""
    stack = Stack(f"bench-{os.getpid()}", build_dir=build, ephemeral=True).up()
    try:
        results = {}
        for number in range(rounds):
            for service in stack.service_names:
                results.setdefault(service, []).append(_once(stack, service))
                say(f"round {number + 1} of {rounds}: {service}: {results[service][-1]['start_ms']:.0f} ms")
    finally:
        stack.down()
    return {service: {field: spread([row[field] for row in rows]) for field in rows[0]} for service, rows in results.items()}


def _once(stack, service):
    stack.stop(service)
    started = time.monotonic()
    stack.start(service, wait=False)
    while health(stack.address(service)) != 1:
        time.sleep(0.005)
    start_ms = 1000 * (time.monotonic() - started)
    time.sleep(_IDLE_S)
    return {"start_ms": start_ms, "rss_mib": resident_mib(stack.pid(service))}

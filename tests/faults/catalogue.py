"""What can be done to a running instance, and how it is undone."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

DOWN_S = 1.0     # between a crash and the restart
FROZEN_S = 4.0   # longer than the broker's session (3 s), shorter than a caller's patience

_SERVICES = ("identity", "projects", "budget", "payments", "monitor", "alerting")


@dataclass(frozen=True)
class Fault:
    """`strike` breaks something and returns when it is broken; `heal` returns when it has been put right, ready or not."""

    name: str
    strike: Callable
    heal: Callable


def catalogue():
    """Every fault by its name."""
    faults = [_kill(name) for name in (*_SERVICES, "gateway", "bank", "redis", "kafka", "postgres")]
    faults += [_freeze(name) for name in (*_SERVICES, "gateway", "bank", "redis", "kafka")]
    faults.append(_immediate_shutdown())
    faults.append(_two("kill payments and budget", "payments", "budget"))
    faults.append(_two("kill postgres and kafka", "postgres", "kafka"))
    return {fault.name: fault for fault in faults}


def _kill(name):
    """SIGKILL, as a crash or the kernel's out-of-memory killer would end it. PostgreSQL's children see their parent die."""
    def heal(stack):
        time.sleep(DOWN_S)
        stack.start(name, wait=False)
    return Fault(f"kill {name}", lambda stack: stack.kill(name), heal)


def _freeze(name):
    """SIGSTOP: the process holds its connections and answers nobody, as behind a lost network; a frozen bank is a silent one."""
    def heal(stack):
        time.sleep(FROZEN_S)
        stack.signal(name, signal.SIGCONT)
    return Fault(f"freeze {name}", lambda stack: stack.signal(name, signal.SIGSTOP), heal)


def _immediate_shutdown():
    """PostgreSQL without a checkpoint: it recovers from its log."""
    def strike(stack):
        stack.signal("postgres", signal.SIGQUIT)
        while stack.pid("postgres"):
            time.sleep(0.02)
    return Fault("shut postgres down at once", strike, lambda stack: stack.start("postgres", wait=False))


def _two(name, first, second):
    def strike(stack):
        stack.kill(first)
        stack.kill(second)

    def heal(stack):
        time.sleep(DOWN_S)
        for victim in (first, second):
            stack.start(victim, wait=False)
    return Fault(name, strike, heal)

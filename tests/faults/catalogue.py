"""What can be done to a running instance, and how it is undone."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults import clock, disk, log

DOWN_S = 1.0     # between a crash and the restart
FROZEN_S = 4.0   # longer than the broker's session (3 s), shorter than a caller's patience
CUT_S = 6.0      # longer than the broker's session, too
SLOW_MS, SLOW_JITTER_MS = 400, 200

_SERVICES = ("identity", "projects", "budget", "payments", "monitor", "alerting")

# Client and server. The bank's link is the one on which silence must not be taken for an answer.
_LINKS = (("payments", "budget"), ("payments", "projects"), ("payments", "bank"), ("payments", "postgres"), ("payments", "kafka"),
          ("budget", "postgres"), ("budget", "kafka"), ("projects", "budget"), ("projects", "postgres"), ("projects", "kafka"),
          ("monitor", "kafka"), ("alerting", "kafka"), ("alerting", "postgres"), ("identity", "postgres"), ("gateway", "payments"))


@dataclass(frozen=True)
class Fault:
    """`strike` breaks something and returns when it is broken; `heal` returns when it has been put right, ready or not. `tolerates`:
    what clients may be told meanwhile, as part of the words; anything but being asked to wait is a violation otherwise."""

    name: str
    strike: Callable
    heal: Callable
    tolerates: tuple = ()


def catalogue():
    """Every fault by its name."""
    faults = [_kill(name) for name in (*_SERVICES, "gateway", "bank", "redis", "kafka", "postgres")]
    faults += [_freeze(name) for name in (*_SERVICES, "gateway", "bank", "redis", "kafka")]
    faults += [_cut(*link) for link in _LINKS]
    faults += [_slow(*link) for link in (("payments", "postgres"), ("budget", "postgres"), ("payments", "budget"), ("payments", "bank"))]
    faults += [_reset(*link) for link in (("payments", "budget"), ("budget", "postgres"), ("gateway", "payments"))]
    faults.append(_immediate_shutdown())
    faults.append(_two("kill payments and budget", "payments", "budget"))
    faults.append(_two("kill postgres and kafka", "postgres", "kafka"))
    faults += [Fault(f"fill the disk of {name}", lambda stack, name=name: disk.fill(stack, name), lambda stack, name=name: disk.free(stack, name))
               for name in ("postgres", "monitor")]
    faults += [Fault(f"let the clock of {name} jump", lambda stack, name=name: clock.jump(stack, name),
                     lambda stack, name=name: clock.set_right(stack, name), tolerates=clock.TOLERATED)
               for name in ("budget", "payments", "monitor", "alerting")]
    faults.append(Fault("forget what was read of the log", log.forget, log.restart_readers))
    return {fault.name: fault for fault in faults}


def _kill(name):
    """SIGKILL, as a crash or the kernel's out-of-memory killer would end it. PostgreSQL's children see their parent die."""
    def heal(stack):
        time.sleep(DOWN_S)
        stack.start(name, wait=False)
    return Fault(f"kill {name}", lambda stack: stack.kill(name), heal)


def _freeze(name):
    """SIGSTOP: the process holds its connections and answers nobody; a frozen bank is a silent one."""
    def heal(stack):
        time.sleep(FROZEN_S)
        stack.signal(name, signal.SIGCONT)
    return Fault(f"freeze {name}", lambda stack: stack.signal(name, signal.SIGSTOP), heal)


def _cut(client, server):
    """A partition between two: what is sent is lost, and nobody is told."""
    return _on_link(f"cut {client} from {server}", client, server, lambda links: links.cut(client, server))


def _slow(client, server):
    """Every message late, and not always equally."""
    return _on_link(f"slow {client} to {server}", client, server, lambda links: links.slow(client, server, SLOW_MS, SLOW_JITTER_MS))


def _on_link(name, client, server, strike):
    """Mended after a while."""
    def heal(stack):
        time.sleep(CUT_S)
        stack.links.mend(client, server)
    return Fault(name, lambda stack: strike(stack.links), heal)


def _reset(client, server):
    """Every connection closed at once, in the middle of whatever it carried."""
    return Fault(f"reset {client} to {server}", lambda stack: stack.links.reset(client, server), lambda stack: None)


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

"""Processes that outlive the one that started them, and the record by which a later run finds them again.

A process is known by its pid and its start time, so a pid that the kernel gave to somebody else is never signalled.
"""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path


class StackError(RuntimeError):
    """Something did not come up or go down; the message says what and where its log is."""


@dataclass
class Spec:
    """How a process is started and stopped."""

    name: str
    argv: list
    env: dict = field(default_factory=dict)
    user: str | None = None  # run as this user (only root can)
    stop_signal: int = signal.SIGTERM
    discard_signal: int | None = None  # ends it faster when its data is thrown away; default: stop_signal
    stop_s: float = 15.0  # after this long it is killed


def start_time(pid):
    """Clock ticks since boot at which `pid` started; None if it is gone (or only waits to be reaped)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # the name before ")" may hold spaces
    state, threads, start = fields[0], int(fields[17]), int(fields[19])
    # A killed process whose first thread has ended holds its ports until the last one has.
    return None if state in "ZX" and threads <= 1 else start


class Process:
    """One process of an instance; `directory` holds its record and its log."""

    def __init__(self, directory, name):
        self.name = name
        self.record = Path(directory) / "pids" / f"{name}.json"
        self.log = Path(directory) / "log" / f"{name}.log"
        self._child = None

    def _recorded(self):
        try:
            return json.loads(self.record.read_text())
        except (FileNotFoundError, ValueError):
            return None

    @property
    def pid(self):
        """The pid if the process lives, else None."""
        if self._child is not None:
            self._child.poll()  # reaps it if it ended
        record = self._recorded()
        if not record or record["start"] is None:
            return None
        return record["pid"] if start_time(record["pid"]) == record["start"] else None

    def start(self, spec):
        """Starts it in a session of its own; does nothing if it runs already."""
        if self.pid:
            return
        for path in (self.record, self.log):
            path.parent.mkdir(parents=True, exist_ok=True)
        identity = {} if spec.user is None else {"user": spec.user, "group": spec.user, "extra_groups": []}
        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(
                spec.argv, env=base_env() | spec.env, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, umask=0o077, **identity)
        record = {"pid": self._child.pid, "start": start_time(self._child.pid), "argv": spec.argv,
                  "stop_signal": int(spec.stop_signal), "discard_signal": int(spec.discard_signal or spec.stop_signal),
                  "stop_s": spec.stop_s}
        self.record.write_text(json.dumps(record))

    def signal(self, number):
        pid = self.pid
        if pid:
            os.kill(pid, number)

    def ask_to_stop(self, discard=False):
        """Sends the signal with which it ends in good order; `discard` if nobody needs its data any more."""
        record = self._recorded()
        if record:
            self.signal(record.get("discard_signal", record["stop_signal"]) if discard else record["stop_signal"])

    def wait_gone(self):
        """Waits until it is gone; kills it when its time is over."""
        record = self._recorded()
        if not record:
            return
        deadline = time.monotonic() + record["stop_s"]
        while self.pid:
            if time.monotonic() > deadline:
                self.signal(signal.SIGKILL)
                deadline += 5
            time.sleep(0.02)
        self.record.unlink(missing_ok=True)
        self._child = None

    def kill(self):
        """SIGKILL, as a crash would end it."""
        self.signal(signal.SIGKILL)
        self.wait_gone()

    def tail(self, lines=15):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return "(no log)"

    def wait_ready(self, ready, seconds):
        """Calls `ready()` until it is true; fails with the end of the log if the process ends or time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.pid:
                raise StackError(f"{self.name} ended while starting, see {self.log}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} was not ready after {seconds:.0f} s, see {self.log}:\n{self.tail()}")
            time.sleep(0.05)


def base_env():
    """What every child gets: nothing of the caller's environment but what programs cannot do without."""
    keep = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
    return {k: os.environ[k] for k in keep if k in os.environ}

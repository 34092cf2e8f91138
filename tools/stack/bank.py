"""The bank simulator of a private instance; it is a test double and lives in tests/bank_simulator."""

import sys
from pathlib import Path

from tools.stack.paths import REPO
from tools.stack.process import Spec
from tools.stack.services import health


class Bank:
    """The simulated bank's gRPC adapter."""

    name = "bank"
    ready_s = 30

    def __init__(self, stack):
        self._stack = stack

    @staticmethod
    def exists():
        return (REPO / "tests" / "bank_simulator" / "__main__.py").exists()

    @property
    def address(self):
        return f"127.0.0.1:{self._stack.ports[self.name]}"

    def prepare(self):
        pass

    def spec(self):
        path = f"{REPO}:{Path(self._stack.build) / 'python'}"
        state = self._stack.directory / "bank.db"
        return Spec(self.name, [sys.executable, "-m", "tests.bank_simulator", "--listen", self.address, "--state", str(state)],
                    env={"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"})

    def ready(self):
        return health(self.address) == 1

"""A running instance with played projects under load; one round breaks one thing, waits until all is well and looks for what is not."""

import os
import time

from tests.faults import disk
from tests.faults.catalogue import catalogue

from tools.stack import Stack

_PROJECTS, _WORKERS = 6, 6
_WARM_S, _SERVED_WITHIN_S = 1.5, 60


class Harness:
    """`with Harness(seed) as harness`."""

    def __init__(self, seed):
        self._seed = seed
        self.faults = {name: fault for name, fault in catalogue().items() if disk.can_mount() or not name.startswith("fill the disk")}
        self.stack = Stack(f"faults-{os.getpid()}-{time.time_ns()}", ephemeral=True, breakable=True)

    def __enter__(self):
        try:
            if disk.can_mount():
                disk.mount(self.stack)
            self.stack.up()
            self._play()
        except BaseException:
            self._down()
            raise
        return self

    def __exit__(self, *_):
        self.load.end()
        self._down()

    def _down(self):
        self.stack.down(keep=True)
        disk.unmount(self.stack)
        self.stack.down()

    def round(self, fault, chance):
        """Load, fault, repair, rest, audit; what was measured."""
        from tests.faults import audit
        before = len(self.load.acknowledged)
        self.load.resume()
        time.sleep(_WARM_S + chance.random())
        fault.strike(self.stack)
        fault.heal(self.stack)
        healed = time.monotonic()
        while self.load.served_since(healed) is None and time.monotonic() < healed + _SERVED_WITHIN_S:
            time.sleep(0.05)
        served = self.load.served_since(healed)
        self.load.rest()
        rested = time.monotonic()
        violations = [] if served else [f"no command was answered within {_SERVED_WITHIN_S} s of the repair"]
        violations += audit.settle(self._cast, self.stack)
        settled = time.monotonic()
        violations += audit.violations(self._cast, self._plots, self.load, fault.tolerates)
        return {"fault": fault.name, "served_s": (served or time.monotonic()) - healed, "rested_s": rested - healed, "settled_s": settled - healed,
                "acknowledged": len(self.load.acknowledged) - before, "violations": violations}

    def _play(self):
        """A small province whose projects may pay; a first month, so that there are warnings."""
        from tests.faults.load import Load

        from tools.province import figures
        from tools.province.api import Gateway
        from tools.province.cast import Cast
        from tools.province.play import Play
        from tools.province.plot import make_plots
        self._cast = Cast(Gateway(self.stack.env["FISCUS_ENDPOINT"], self.stack.env["FISCUS_CA"]), "faults", "Faults-password-1")
        self._cast.found(self.stack.secret("FISCUS_OPERATOR_SECRET"))
        plots = make_plots(_PROJECTS)
        Play(self._cast, plots, lambda: figures.settle(self._cast.auditor, self.stack), workers=4).run(months=(1,))
        self._plots = [plot for plot in plots if plot.story != "rejected_by_bank"]
        self.load = Load(self._cast, self._plots, _WORKERS, self._seed)

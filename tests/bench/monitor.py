"""The monitor: a full topic of facts is worked off with all rules on, state kept and outputs given exactly once; and restored."""

import shutil
import time

from tests.bench.measure import Comparison, Subject
from tests.bench.monitors import FACTS, Monitors
from tests.bench.processes import cpu_s, peak_rss_mib
from tests.bench.streams import StreamsPeer

MONITOR, TWO, READ, STREAMS = "monitor, all rules", "two monitors", "bare librdkafka reader", "Kafka Streams, one rule, exactly once"

COMPARISONS = (
    Comparison("records worked off, one instance", MONITOR, STREAMS, 4.0),
    Comparison("CPU per record, times less", MONITOR, STREAMS, 4.0, "cpu_s_per_1000"),
    Comparison("memory, times less", MONITOR, STREAMS, None, "rss_mib"),
    Comparison("two instances against one", TWO, MONITOR),
    Comparison("records worked off, one instance", MONITOR, READ),
)


class MonitorBench(Monitors):
    """A topic of facts that is filled once; each run is a new instance with a group, a disk and output topics of its own."""

    def __init__(self, projects, days, build, with_peer=False):
        super().__init__(build)
        self._projects, self._days, self._with_peer, self._peer = projects, days, with_peer, None
        self.records = 0
        self.warnings = set()  # how many each run gave; one number if all agree

    def fill(self):
        self.records = self.facts("fill", f"--projects={self._projects}", f"--days={self._days}")["records"]
        if self._with_peer:  # as many events about as many projects
            self._peer = StreamsPeer(self.stack.kafka.address, self.stack.directory, self.partitions(FACTS))
            self._peer.fill(self._projects, self.records)

    def subjects(self):
        ours = [Subject(MONITOR, self.work_off), Subject(TWO, self.work_off_by_two), Subject(READ, self.read)]
        return ours + [Subject(STREAMS, lambda: self._peer.work_off(self.records))] if self._peer else ours

    def work_off(self):
        """All records from the first, by an instance that knows nothing; then the same instance with its disk lost."""
        started = time.monotonic()
        name, topics = self.new_monitor()
        figures = self._worked_off(started, [name])
        restored = self._restore(name)
        self.stack.stop(name)
        self.warnings.add(self.length(topics["warnings_topic"]))
        return figures | restored

    def work_off_by_two(self):
        """The same by two instances of one group, which share the partitions."""
        started = time.monotonic()
        name, topics = self.new_monitor()
        names = [name, self.further_monitor(topics)]
        figures = self._worked_off(started, names)
        for one in names:
            self.stack.stop(one)
        self.warnings.add(self.length(topics["warnings_topic"]))
        return figures

    def read(self):
        """The limit: the same records taken and thrown away."""
        answer = self.facts("read", f"--records={self.records}")
        return {"rate": answer["records"] / answer["seconds"], "cpu_s_per_1000": 1000 * answer["cpu_s"] / answer["records"]}

    def sane(self):
        """Every run gave the same, and something."""
        return len(self.warnings) == 1 and min(self.warnings) > 0

    def _worked_off(self, started, names):
        # What one instance has folded before a rebalance the other folds no second time: offsets say how far a partition is.
        seconds = self.until(started, lambda: sum(self.next_offsets(names)) >= self.records)
        pids = [self.stack.pid(name) for name in names]
        return {"rate": self.records / seconds, "cpu_s_per_1000": 1000 * sum(cpu_s(pid) for pid in pids) / self.records,
                "rss_mib": sum(peak_rss_mib(pid) for pid in pids)}

    def _restore(self, name):
        self.stack.stop(name)
        shutil.rmtree(self.stack.directory / name / "state")
        started = time.monotonic()
        self.stack.start(name)
        partitions = self.partitions(FACTS)
        return {"restore_s": self.until(started, lambda: len(self.next_offsets([name])) == partitions)}

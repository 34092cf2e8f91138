"""From a fact to its warning: projects that have begun, facts at an even pace, and how soon warnings can be read."""

import time

from tests.bench.measure import Comparison, Subject
from tests.bench.monitor import MONITOR, STREAMS
from tests.bench.monitors import FACTS, Monitors
from tests.bench.processes import cpu_s, peak_rss_mib
from tests.bench.streams import StreamsPeer

COMPARISONS = (
    Comparison("fact → warning, median, times sooner", MONITOR, STREAMS, 1.0, "p50_ms"),
    Comparison("fact → warning, 99 %, times sooner", MONITOR, STREAMS, 1.0, "p99_ms"),
)


class LatencyBench(Monitors):
    """Every run has facts of its own, since a project is refused at most once."""

    def __init__(self, projects, per_second, seconds, build, with_peer=False, warm_up_s=8):
        super().__init__(build)
        self._projects, self._per_second, self._seconds, self._warm_up = projects, per_second, seconds, warm_up_s
        self._with_peer, self._peer = with_peer, None
        self.lost = set()

    def fill(self):
        if self._with_peer:
            self._peer = StreamsPeer(self.stack.kafka.address, self.stack.directory, self.partitions(FACTS))
            self._peer.declare(self._projects)

    def subjects(self):
        ours = [Subject(MONITOR, self.latency)]
        return ours + [Subject(STREAMS, self._peer_latency)] if self._peer else ours

    def latency(self):
        facts = f"bench.facts.{self._runs + 1}"
        self.make_topic(facts, self.partitions(FACTS))
        options = (f"--projects={self._projects}", "--days=0", f"--topic={facts}")
        records = self.facts("fill", *options)["records"]
        name, topics = self.new_monitor(facts)
        self.until(time.monotonic(), lambda: sum(self.next_offsets([name])) >= records)
        pid = self.stack.pid(name)
        before = cpu_s(pid)
        answer = self.facts("latency", *options, f"--warnings_topic={topics['warnings_topic']}", f"--rate={self._per_second}",
                            f"--warm_up_s={self._warm_up}", f"--seconds={self._seconds}")
        figures = {"rate": answer["sent"] / (self._warm_up + self._seconds), "rss_mib": peak_rss_mib(pid),
                   "cpu_s_per_1000": 1000 * (cpu_s(pid) - before) / answer["sent"]}
        self.stack.stop(name)
        self.lost.add(answer["raised"] - answer["warnings"])
        return answer | figures

    def sane(self):
        """Every warning that had to come came."""
        return self.lost == {0}

    def _peer_latency(self):
        return self._peer.latency(self._projects, self._per_second, self._warm_up, self._seconds)

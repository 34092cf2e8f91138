"""The monitor: a full topic of facts is worked off with all rules on, state kept and outputs given exactly once; and restored."""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from functools import cached_property
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic

from tests.bench.measure import Comparison, Subject
from tests.bench.processes import cpu_s, peak_rss_mib
from tools.stack import Stack

_INFRASTRUCTURE = ("postgres", "redis", "kafka", "identity")
_FACTS = "fiscus.facts.v1"
_TIMEOUT_S = 600

MONITOR, RESTORE, READ = "monitor from nothing, all rules", "monitor restored from its changelog", "bare librdkafka reader"

COMPARISONS = (Comparison("records worked off, one instance", MONITOR, READ),)


class MonitorBench:
    """A topic of facts that is filled once; each run is a new instance with a group, a disk and output topics of its own."""

    def __init__(self, projects, days, build):
        self._projects, self._days, self._build = projects, days, Path(build)
        self._stack = Stack(f"bench-{os.getpid()}", build_dir=build, ephemeral=True)
        self._runs = 1
        self.records = 0
        self.warnings = set()  # how many each run gave; one number if all agree

    def __enter__(self):
        self._stack.up(only=_INFRASTRUCTURE)
        try:
            self.records = self._facts("fill", f"--projects={self._projects}", f"--days={self._days}")["records"]
        except BaseException:
            self._stack.down()
            raise
        return self

    def __exit__(self, *_):
        self._stack.down()

    def subjects(self):
        return [Subject(MONITOR, self.work_off), Subject(READ, self.read)]

    def work_off(self):
        """All records from the first, by an instance that knows nothing; then the same instance with its disk lost."""
        self._runs += 1
        topics = self._output_topics(self._runs)
        started = time.monotonic()
        name = self._stack.replicate("monitor", self._runs, lambda config: self._point(config, topics))
        pid = self._stack.pid(name)
        seconds = self._until(started, lambda: self._applied(name) >= self.records)
        figures = {"rate": self.records / seconds, "cpu_s_per_1000": 1000 * cpu_s(pid) / self.records, "rss_mib": peak_rss_mib(pid)}
        restored = self._restore(name)
        self._stack.stop(name)
        self.warnings.add(self._length(topics["warnings_topic"]))
        return figures | restored

    def read(self):
        """The limit: the same records taken and thrown away."""
        answer = self._facts("read", f"--records={self.records}")
        return {"rate": answer["records"] / answer["seconds"], "cpu_s_per_1000": 1000 * answer["cpu_s"] / answer["records"]}

    def sane(self):
        """Every run gave the same, and something."""
        return len(self.warnings) == 1 and min(self.warnings) > 0

    def _restore(self, name):
        self._stack.stop(name)
        shutil.rmtree(self._stack.directory / name / "state")
        started = time.monotonic()
        self._stack.start(name)
        partitions = self._partitions(_FACTS)
        seconds = self._until(started, lambda: len(self._samples(name, "fiscus_monitor_next_offset")) == partitions)
        return {"restore_s": seconds}

    def _point(self, config, topics):
        config.kafka.group = f"fiscus-monitor-{self._runs}"
        for field, topic in topics.items():
            setattr(config.kafka, field, topic)

    def _output_topics(self, run):
        topics = {field: f"bench.{field}.{run}" for field in ("indicators_topic", "warnings_topic", "changelog_topic")}
        partitions = self._partitions(_FACTS)
        made = self._admin.create_topics([NewTopic(topic, partitions, 1, config=(
            {"cleanup.policy": "compact"} if field == "changelog_topic" else {})) for field, topic in topics.items()])
        for future in made.values():
            future.result(30)
        return topics

    def _length(self, topic):
        """Records in a topic that nobody compacts."""
        from confluent_kafka import Consumer, TopicPartition
        consumer = Consumer({"bootstrap.servers": self._stack.kafka.address, "group.id": "bench-length"})
        try:
            return sum(consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)[1]
                       for partition in range(self._partitions(topic)))
        finally:
            consumer.close()

    def _partitions(self, topic):
        return len(self._admin.list_topics(topic, timeout=20).topics[topic].partitions)

    @cached_property
    def _admin(self):
        return AdminClient({"bootstrap.servers": self._stack.kafka.address})

    def _applied(self, name):
        return sum(self._samples(name, "fiscus_monitor_records_total"))

    def _samples(self, name, metric):
        try:
            with urllib.request.urlopen(self._stack.metrics(name), timeout=5) as answer:
                return [int(float(line.rsplit(" ", 1)[1])) for line in answer.read().decode().splitlines()
                        if line.startswith(metric + "{")]
        except OSError:
            return []

    def _until(self, started, holds):
        while not holds():
            if time.monotonic() > started + _TIMEOUT_S:
                raise RuntimeError(f"the monitor is not there after {_TIMEOUT_S} s")
            time.sleep(0.05)
        return time.monotonic() - started

    def _facts(self, mode, *options):
        done = subprocess.run([self._build / "bin/fiscus-bench-facts", f"--mode={mode}", f"--brokers={self._stack.kafka.address}",
                               f"--topic={_FACTS}", *options], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"fiscus-bench-facts failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

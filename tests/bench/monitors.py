"""Monitors for measurements: a private Kafka, topics of a run's own, instances that know nothing, and what their metrics say."""

import json
import os
import subprocess
import time
import urllib.request
from functools import cached_property
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic

from tools.stack import Stack

_INFRASTRUCTURE = ("postgres", "redis", "kafka", "identity")
FACTS = "fiscus.facts.v1"
_TIMEOUT_S = 900


class Monitors:
    """The servers that a monitor needs; `fill` is the bench's own."""

    def __init__(self, build):
        self._build = Path(build)
        self.stack = Stack(f"bench-{os.getpid()}", build_dir=build, ephemeral=True)
        self._runs = 1

    def __enter__(self):
        self.stack.up(only=_INFRASTRUCTURE)
        try:
            self.fill()
        except BaseException:
            self.stack.down()
            raise
        return self

    def __exit__(self, *_):
        self.stack.down()

    def fill(self):
        """Prepares what all runs share."""

    def new_monitor(self, facts=FACTS):
        """Starts an instance that knows nothing, with a group and output topics of its own: its name and topics."""
        topics = {"facts_topic": facts} | self._output_topics(self._runs + 1)
        return self.further_monitor(topics, group=f"fiscus-monitor-{self._runs + 1}"), topics

    def further_monitor(self, topics, group=None):
        """Starts one more instance on these topics, in the group of the last one unless another is named."""
        self._runs += 1
        self._group = group or self._group

        def point(config):
            config.kafka.group = self._group
            for field, topic in topics.items():
                setattr(config.kafka, field, topic)
        return self.stack.replicate("monitor", self._runs, point)

    def next_offsets(self, names):
        """Of each partition that these instances hold, the offset that is folded next."""
        return [value for name in names for value in self._samples(name, "fiscus_monitor_next_offset")]

    def until(self, started, holds):
        """Seconds since `started` when it holds."""
        while not holds():
            if time.monotonic() > started + _TIMEOUT_S:
                raise RuntimeError(f"the monitor is not there after {_TIMEOUT_S} s")
            time.sleep(0.05)
        return time.monotonic() - started

    def facts(self, mode, *options):
        """Runs fiscus-bench-facts; its answer."""
        done = subprocess.run([self._build / "bin/fiscus-bench-facts", f"--mode={mode}", f"--brokers={self.stack.kafka.address}",
                               *options], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"fiscus-bench-facts failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def make_topic(self, topic, partitions, **config):
        self._admin.create_topics([NewTopic(topic, partitions, 1, config=config)])[topic].result(30)

    def partitions(self, topic):
        return len(self._admin.list_topics(topic, timeout=20).topics[topic].partitions)

    def length(self, topic):
        """Records in a topic that nobody compacts."""
        from confluent_kafka import Consumer, TopicPartition
        consumer = Consumer({"bootstrap.servers": self.stack.kafka.address, "group.id": "bench-length"})
        try:
            return sum(consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)[1]
                       for partition in range(self.partitions(topic)))
        finally:
            consumer.close()

    def _output_topics(self, run):
        topics = {field: f"bench.{field}.{run}" for field in ("indicators_topic", "warnings_topic", "changelog_topic")}
        for field, topic in topics.items():
            self.make_topic(topic, self.partitions(FACTS), **({"cleanup.policy": "compact"} if field == "changelog_topic" else {}))
        return topics

    @cached_property
    def _admin(self):
        return AdminClient({"bootstrap.servers": self.stack.kafka.address})

    def _samples(self, name, metric):
        try:
            with urllib.request.urlopen(self.stack.metrics(name), timeout=5) as answer:
                return [int(float(line.rsplit(" ", 1)[1])) for line in answer.read().decode().splitlines()
                        if line.startswith(metric + "{")]
        except OSError:
            return []

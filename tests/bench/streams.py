"""The monitor's peer: a Kafka Streams job with one rule on topics of its own, on the same broker (tests/bench/peers)."""

import json
import shutil
import subprocess
import uuid

from confluent_kafka.admin import AdminClient, NewTopic

from tests.bench.processes import cpu_s, peak_rss_mib
from tools.stack.paths import cache

_TOPICS = ("projects", "payments", "progress", "warnings")
_BATCH_LINGER_MS, _LIVE_LINGER_MS = 100, 0  # what was best for throughput, and for latency


def available():
    """Whether `tools/setup/setup.sh bench` has built it."""
    return any((cache() / "kstreams").glob("*.jar"))


class StreamsPeer:
    """One set of topics, `prefix`.projects and so on, filled once; each run is an application of its own."""

    def __init__(self, brokers, directory, partitions, prefix="peer"):
        self._brokers, self._directory, self._prefix = brokers, directory, prefix
        AdminClient({"bootstrap.servers": brokers}).create_topics(
            [NewTopic(f"{prefix}.{name}", partitions, 1, config={"cleanup.policy": "compact"} if name == "projects" else {})
             for name in _TOPICS])[f"{prefix}.warnings"].result(30)

    def fill(self, projects, events):
        self._java("Generator", f"--projects={projects}", f"--events={events}", "--rate=0", "--declare=1")

    def declare(self, projects):
        """Projects only, for `latency`."""
        self.fill(projects, 0)

    def work_off(self, events):
        """All events from the first, by an application that knows nothing; from the first event, start and rebalance left out."""
        with self._job(events, _BATCH_LINGER_MS) as job:
            job.until("running_s")
            answer = job.until("records")
            return {"rate": answer["records"] / answer["seconds"], "cpu_s_per_1000": 1000 * answer["cpu_s"] / answer["records"],
                    "warnings": answer["warnings"], "rss_mib": job.peak_rss_mib}

    def latency(self, projects, per_second, warm_up_s, seconds):
        """From the making of an event to its warning, while events come at an even pace."""
        with self._job(0, _LIVE_LINGER_MS) as job:
            job.until("running_s")
            length = warm_up_s + seconds
            probe = self._start("LatencyProbe", "-Xmx256m", f"--seconds={round(length + 6)}", f"--warm_up_s={round(warm_up_s)}")
            before = cpu_s(job.pid)
            self._java("Generator", f"--projects={projects}", f"--events={round(length * per_second)}", f"--rate={per_second}", "--declare=0")
            used = cpu_s(job.pid) - before
            answer = json.loads(probe.communicate(timeout=120)[0])
            return answer | {"rate": per_second, "cpu_s_per_1000": 1000 * used / (length * per_second), "rss_mib": job.peak_rss_mib}

    def _job(self, events, linger_ms):
        application = f"{self._prefix}-{uuid.uuid4().hex[:8]}"
        state = self._directory / application
        return _Job(self._start("DeviationJob", "-Xms512m", "-Xmx2g", f"--application={application}", f"--state={state}",
                                f"--events={events}", f"--linger_ms={linger_ms}"), state)

    def _java(self, name, *arguments):
        process = self._start(name, "-Xmx1g", *arguments)
        output, _ = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"the peer's {name} ended with {process.returncode}")
        return json.loads(output)

    def _start(self, name, *arguments):
        built = cache() / "kstreams"
        options = [argument for argument in arguments if argument.startswith("-X")]
        return subprocess.Popen(["java", *options, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{built}/*:{built}/libs/*",
                                 f"fiscus.bench.{name}", f"--brokers={self._brokers}", f"--prefix={self._prefix}",
                                 *(argument for argument in arguments if not argument.startswith("-X"))],
                                stdout=subprocess.PIPE, text=True)


class _Job:
    """A running job and what it says, one JSON line at a time."""

    def __init__(self, process, state):
        self._process, self._state = process, state
        self.pid = process.pid
        self.peak_rss_mib = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(30)
        self._process.stdout.close()
        shutil.rmtree(self._state, ignore_errors=True)

    def until(self, field):
        for line in self._process.stdout:
            self.peak_rss_mib = max(self.peak_rss_mib, peak_rss_mib(self.pid))
            said = json.loads(line)
            if field in said:
                return said
        raise RuntimeError(f"the peer ended before it said {field}")

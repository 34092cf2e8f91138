"""A private Kafka on loopback: one node (KRaft), run from the jars that `tools/dev setup` fetched."""

import base64
import subprocess
import uuid
from pathlib import Path

from deploy.topics import TopicError, create_topics
from tools.stack.paths import kafka_libs
from tools.stack.process import Spec, StackError, base_env

_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{listeners}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}{advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT{protocols}
controller.listener.names=CONTROLLER
log.dirs={data}
# Topics come from deploy/topics.textproto; a name typed wrong must fail, not make a topic.
auto.create.topics.enable=false
# After a crash the broker waits until its former self is forgotten.
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
num.partitions=6
offsets.topic.replication.factor=1
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=6
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=33554432
"""
_JAVA_OPTIONS = ["-Xms128m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
                 "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]


class Kafka:
    """The broker of one instance."""

    name = "kafka"
    ready_s = 90

    def __init__(self, directory, ports, routes=None):
        """`routes`: further listeners, name of the port → the address that clients of it are told to use."""
        self._listeners = [(name.replace("-", "_").upper(), ports[name], route) for name, route in (routes or {}).items()]
        self._data = Path(directory) / "kafka"
        self._port = ports[self.name]
        self._controller = ports["kafka-controller"]
        self._conf = self._data / "server.properties"
        self._logs = self._data / "data"
        self._classpath = f"{kafka_libs()}/*"
        if not any(kafka_libs().glob("kafka_2.13-*.jar")):
            raise StackError(f"Kafka's jars are not in {kafka_libs()}: run tools/dev setup")

    @property
    def address(self):
        return f"127.0.0.1:{self._port}"

    def prepare(self):
        """Formats the log directory once; the cluster's id is random, so two instances never mix."""
        self._data.mkdir(exist_ok=True)
        self._conf.write_text(_PROPERTIES.format(
            port=self._port, controller=self._controller, data=self._logs,
            listeners="".join(f",{name}://127.0.0.1:{port}" for name, port, _ in self._listeners),
            advertised="".join(f",{name}://{route}" for name, _, route in self._listeners),
            protocols="".join(f",{name}:PLAINTEXT" for name, _, _ in self._listeners)))
        if (self._logs / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
        done = subprocess.run(["java", *_JAVA_OPTIONS, "-cp", self._classpath, "kafka.tools.StorageTool", "format",
                               "-t", cluster, "-c", str(self._conf)],
                              env=base_env(), text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise StackError(f"formatting Kafka's log directory failed: {done.stdout}{done.stderr}")

    def spec(self):
        return Spec(self.name, ["java", *_JAVA_OPTIONS, "-cp", self._classpath, "kafka.Kafka", str(self._conf)],
                    stop_s=30)

    def ready(self):
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient
        admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0,
                             "socket.connection.setup.timeout.ms": 1000})
        try:
            metadata = admin.list_topics(timeout=1)
        except KafkaException:
            return False
        return len(metadata.brokers) == 1

    def create_topics(self):
        try:
            create_topics(self.address)
        except TopicError as failure:
            raise StackError(str(failure)) from failure

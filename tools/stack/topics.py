"""Makes the topics of deploy/topics.textproto that do not exist yet."""

from pathlib import Path

from google.protobuf import text_format

from tools.stack.paths import REPO
from tools.stack.process import StackError

_FILE = REPO / "deploy/topics.textproto"


def read_topics(path=_FILE):
    """The topic table as a fiscus.config.v1.TopicTable."""
    from fiscus.config.v1 import topics_pb2
    return text_format.Parse(Path(path).read_text(), topics_pb2.TopicTable())


def settings(topic):
    """A topic's settings under the names that Kafka knows."""
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.message_bytes_max),
        **({"min.compaction.lag.ms": str(topic.compaction_lag_ms)} if topic.compacted else {}),
    }


def create_topics(brokers, replication=1):
    """Existing topics stay as they are; any other failure is an error."""
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import AdminClient, NewTopic
    wanted = [NewTopic(t.name, num_partitions=t.partitions, replication_factor=replication, config=settings(t))
              for t in read_topics().topic]
    admin = AdminClient({"bootstrap.servers": brokers})  # must live until the results are in
    results = admin.create_topics(wanted, operation_timeout=30, request_timeout=30)
    for name, done in results.items():
        try:
            done.result()
        except KafkaException as failure:
            if failure.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise StackError(f"topic {name} could not be made: {failure.args[0].str()}") from failure

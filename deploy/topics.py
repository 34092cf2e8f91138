"""Makes the Kafka topics of topics.textproto that do not exist yet, and says which existing ones differ.

    python3 -m deploy.topics --brokers kafka:9092 --replication 3 --min-in-sync 2
"""

import argparse
import sys
from pathlib import Path

from google.protobuf import text_format

_FILE = Path(__file__).with_name("topics.textproto")
_TIMEOUT_S = 30


class TopicError(Exception):
    """A topic could not be made, or is not what the table says."""


def read_topics(path=_FILE):
    """The topic table as a fiscus.config.v1.TopicTable."""
    from fiscus.config.v1 import topics_pb2
    return text_format.Parse(Path(path).read_text(encoding="utf-8"), topics_pb2.TopicTable())


def settings(topic, min_in_sync=1):
    """A topic's settings under the names that Kafka knows."""
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.message_bytes_max),
        "min.insync.replicas": str(min_in_sync),
        **({"min.compaction.lag.ms": str(topic.compaction_lag_ms)} if topic.compacted else {}),
    }


def create_topics(brokers, replication=1, min_in_sync=1):
    """Returns the names of the topics that were made. Existing ones stay as they are; any other failure is a TopicError."""
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import AdminClient, NewTopic
    wanted = [NewTopic(t.name, num_partitions=t.partitions, replication_factor=replication, config=settings(t, min_in_sync))
              for t in read_topics().topic]
    admin = AdminClient({"bootstrap.servers": brokers})  # must live until the results are in
    results = admin.create_topics(wanted, operation_timeout=_TIMEOUT_S, request_timeout=_TIMEOUT_S)
    made = []
    for name, done in results.items():
        try:
            done.result()
            made.append(name)
        except KafkaException as failure:
            if failure.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicError(f"topic {name} could not be made: {failure.args[0].str()}") from failure
    return made


def differences(brokers):
    """One sentence for each topic whose partitions or clean-up are not the table's: its keys would lie, or it would forget; or
    that does not take the records that services send."""
    from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType
    admin = AdminClient({"bootstrap.servers": brokers})
    topics = {topic.name: topic for topic in read_topics().topic}
    metadata = admin.list_topics(timeout=_TIMEOUT_S).topics
    found = [f"{name} has {len(metadata[name].partitions)} partitions, not {topic.partitions}"
             for name, topic in topics.items() if len(metadata[name].partitions) != topic.partitions]
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in topics]
    for resource, done in admin.describe_configs(resources, request_timeout=_TIMEOUT_S).items():
        present = done.result()
        for key in ("cleanup.policy", "retention.ms"):
            expected = settings(topics[resource.name])[key]
            if present[key].value != expected and not (key == "retention.ms" and topics[resource.name].compacted):
                found.append(f"{resource.name} has {key} = {present[key].value}, not {expected}")
        taken, needed = int(present["max.message.bytes"].value), topics[resource.name].message_bytes_max
        if taken < needed:
            found.append(f"{resource.name} takes records of {taken} bytes, not {needed}")
    return found


def main():
    parser = argparse.ArgumentParser(prog="deploy.topics", description="Makes the topics of an installation.")
    parser.add_argument("--brokers", required=True, metavar="HOST:PORT[,…]")
    parser.add_argument("--replication", type=int, default=3, help="copies of each partition; default 3")
    parser.add_argument("--min-in-sync", type=int, default=2, help="copies that must have a record before it counts; default 2")
    arguments = parser.parse_args()
    try:
        for name in create_topics(arguments.brokers, arguments.replication, arguments.min_in_sync):
            print(f"made {name}")
        wrong = differences(arguments.brokers)
    except TopicError as failure:
        sys.exit(f"error: {failure}")
    if wrong:
        sys.exit("error: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
